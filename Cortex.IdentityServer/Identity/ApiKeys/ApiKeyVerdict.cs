using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The outcome of checking a string as an API key.</summary>
internal abstract record ApiKeyVerdict
{
    private ApiKeyVerdict()
    {
    }

    /// <summary>The key is unknown or inactive, or its owner's account is disabled.</summary>
    public static readonly ApiKeyVerdict Invalid = new Refused(Problems.InvalidApiKey);

    public static readonly ApiKeyVerdict Expired = new Refused(Problems.ApiKeyExpired);

    public sealed record Valid(KnownApiKey Key) : ApiKeyVerdict;

    public sealed record Refused(Refusal Refusal) : ApiKeyVerdict;
}
