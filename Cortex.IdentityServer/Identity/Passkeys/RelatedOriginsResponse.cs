using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The origins of other sites whose pages may use this server's passkeys.</summary>
/// <param name="Origins">The origins of the websites. The origins of apps aren't included.</param>
internal sealed record RelatedOriginsResponse(IReadOnlyList<string> Origins) : IExample<RelatedOriginsResponse>
{
    public static RelatedOriginsResponse Example => new([ExampleValues.Issuer, "https://app.example.org"]);
}
