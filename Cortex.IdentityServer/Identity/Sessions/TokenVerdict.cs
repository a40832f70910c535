using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The outcome of validating an access token.</summary>
internal abstract record TokenVerdict
{
    private TokenVerdict()
    {
    }

    public sealed record Valid(VerifiedToken Token) : TokenVerdict;

    public sealed record Refused(Refusal Refusal) : TokenVerdict;
}
