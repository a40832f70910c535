using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>What a text is worth as an API key.</summary>
internal abstract record ApiKeyVerdict
{
    private ApiKeyVerdict()
    {
    }

    /// <summary>Unknown, switched off, or its owner is.</summary>
    public static readonly ApiKeyVerdict Invalid = new Refused(Problems.InvalidApiKey);

    public static readonly ApiKeyVerdict Expired = new Refused(Problems.ApiKeyExpired);

    public sealed record Good(KnownApiKey Key) : ApiKeyVerdict;

    public sealed record Refused(Refusal Refusal) : ApiKeyVerdict;
}
