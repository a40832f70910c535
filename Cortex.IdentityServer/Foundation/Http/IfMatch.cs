using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// The precondition in an <c>If-Match</c> header (RFC 9110 section 13.1.1): <c>*</c>, or a list of entity tags that must include the current one.
/// </summary>
internal sealed class IfMatch
{
    private readonly IList<EntityTagHeaderValue>? _tags;

    private IfMatch(IList<EntityTagHeaderValue>? tags) => _tags = tags;

    /// <summary>The refusal for a header that can't be parsed.</summary>
    public static Refusal Malformed => Problems.MalformedRequest with { Detail = "If-Match must be * or a list of entity tags, each in double quotes." };

    /// <summary>Returns false if the header can't be parsed. A missing header allows every entity tag.</summary>
    public static bool TryParse(string? header, out IfMatch precondition)
    {
        IList<EntityTagHeaderValue>? tags = null;
        var isRead = header is null
            || (EntityTagHeaderValue.TryParseStrictList([header], out tags) && tags.Count > 0 && (tags.Count == 1 || !tags.Contains(EntityTagHeaderValue.Any)));
        precondition = new(tags);
        return isRead;
    }

    /// <summary>Whether the entity tag satisfies the precondition, by the strong comparison: weak tags never match (section 8.8.3.2).</summary>
    public bool Allows(string entityTag) =>
        _tags is null || _tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || (!tag.IsWeak && tag.Tag.Equals(entityTag, StringComparison.Ordinal)));
}
