using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Tests.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <remarks>The operator determines the server's identity and the accepted origins, whatever the request says.</remarks>
public sealed class PasskeyRulesTests
{
    private const string AndroidApp = "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Theory]
    [InlineData("https://auth.example.com", "https://auth.example.com", true)]
    [InlineData("https://auth.example.com/", "https://auth.example.com", true)]
    [InlineData("https://auth.example.com/identity", "https://auth.example.com", true)]
    [InlineData("https://AUTH.example.com:443", "https://auth.example.com", true)]
    [InlineData("https://auth.example.com:8443", "https://auth.example.com:8443", true)]
    [InlineData("https://bücher.example", "https://xn--bcher-kva.example", true)]
    [InlineData("https://auth.example.com", "https://app.example.com", true)]
    [InlineData("https://auth.example.com", "http://localhost:3000", true)]
    [InlineData("https://auth.example.com", AndroidApp, true)]
    [InlineData("https://auth.example.com", "android:apk-key-hash:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA", false)]
    [InlineData("https://auth.example.com", "http://auth.example.com", false)]
    [InlineData("https://auth.example.com", "https://auth.example.com:444", false)]
    [InlineData("https://auth.example.com", "https://auth.example.com/", false)]
    [InlineData("https://auth.example.com", "https://auth.example.com.evil.test", false)]
    [InlineData("https://auth.example.com", "https://evil.auth.example.com", false)]
    [InlineData("https://auth.example.com", "https://example.com", false)]
    [InlineData("https://auth.example.com", "null", false)]
    [InlineData("https://auth.example.com", "*", false)]
    [InlineData("https://auth.example.com", "", false)]
    public async Task An_origin_is_ours_or_one_that_may_call(string publicUrl, string origin, bool allowed)
    {
        var rules = Rules(publicUrl, "https://app.example.com", "http://localhost:3000/");

        Assert.Equal(allowed, await Validate(rules, origin));
        Assert.False(await Validate(rules, origin, crossOrigin: true));
        Assert.False(await Validate(rules, origin, topOrigin: "https://evil.test"));
    }

    /// <remarks>Browsers offer passkeys only in a secure context, and only for a domain name (WebAuthn section 5.1.3).</remarks>
    [Theory]
    [InlineData("https://auth.example.com", true)]
    [InlineData("https://bücher.example:8443/x", true)]
    [InlineData("http://localhost:5000", true)]
    [InlineData("http://LOCALHOST", true)]
    [InlineData("http://auth.localhost", true)]
    [InlineData("https://intranet", true)]
    [InlineData("http://auth.example.com", false)]
    [InlineData("http://notlocalhost", false)]
    [InlineData("http://127.0.0.1:5000", false)]
    [InlineData("https://192.0.2.1", false)]
    [InlineData("https://[2001:db8::1]", false)]
    public void Frontends_learn_whether_browsers_offer_passkeys(string publicUrl, bool offered) =>
        Assert.Equal(offered, PasskeyRules.CanBeUsedAt(new Uri(publicUrl)));

    [Fact]
    public async Task A_star_allows_no_other_origin()
    {
        var rules = Rules("https://auth.example.com", "*");

        Assert.False(await Validate(rules, "https://evil.test"));
        Assert.False(await Validate(rules, "*"));
        Assert.True(await Validate(rules, "https://auth.example.com"));
    }

    [Fact]
    public void The_domain_is_the_public_one_and_a_challenge_has_at_least_32_bytes()
    {
        var rules = Rules("https://bücher.example:8443/x");

        Assert.Equal("xn--bcher-kva.example", rules.ServerDomain);
        Assert.InRange(rules.ChallengeSize, 32, 64);
        Assert.Equal(("none", "required"), (rules.AttestationConveyancePreference, rules.ResidentKeyRequirement));
    }

    private static IdentityPasskeyOptions Rules(string publicUrl, params string[] corsOrigins) =>
        PasskeyRules.For(
            Variables.Read(("PUBLIC_URL", publicUrl), ("CORS_ORIGINS", string.Join(',', corsOrigins))).Http, new PasskeyOptions([AndroidApp]), "preferred");

    private static ValueTask<bool> Validate(
        IdentityPasskeyOptions rules, string origin, bool crossOrigin = false, string? topOrigin = null) => rules.ValidateOrigin!(new()
        {
            HttpContext = new DefaultHttpContext(),
            Origin = origin,
            CrossOrigin = crossOrigin,
            TopOrigin = topOrigin,
        });
}
