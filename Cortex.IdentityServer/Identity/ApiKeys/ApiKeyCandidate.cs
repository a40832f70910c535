namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>A string that may be an API key. It is hashed and classified at most once, however many components look at it.</summary>
internal sealed class ApiKeyCandidate(string text)
{
    private ApiKeyKind? _kind;

    public string Text => text;

    public string Hash => field ??= ApiKeyText.HashHex(text);

    public ApiKeyKind Kind => _kind ??= ApiKeyText.Classify(text);
}
