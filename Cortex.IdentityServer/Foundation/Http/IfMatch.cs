using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>What a client says that it knows of what it changes (RFC 9110 section 13.1.1): <c>*</c>, or entity tags of which one must be that of now.</summary>
internal sealed class IfMatch
{
    private readonly IList<EntityTagHeaderValue>? _tags;

    private IfMatch(IList<EntityTagHeaderValue>? tags) => _tags = tags;

    /// <summary>What to answer to a header that can't be read.</summary>
    public static Refusal Malformed => Problems.MalformedRequest with { Detail = "If-Match must be * or a list of entity tags, each in double quotes." };

    /// <summary>False for a header that can't be read. Without one, everything matches.</summary>
    public static bool TryRead(string? header, out IfMatch precondition)
    {
        IList<EntityTagHeaderValue>? tags = null;
        var isRead = header is null
            || (EntityTagHeaderValue.TryParseStrictList([header], out tags) && tags.Count > 0 && (tags.Count == 1 || !tags.Contains(EntityTagHeaderValue.Any)));
        precondition = new(tags);
        return isRead;
    }

    /// <summary>The strong comparison: a weak tag matches nothing (section 8.8.3.2).</summary>
    public bool Allows(string entityTag) =>
        _tags is null || _tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || (!tag.IsWeak && tag.Tag.Equals(entityTag, StringComparison.Ordinal)));
}
