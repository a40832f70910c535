using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Tests.Configuration;
using Microsoft.AspNetCore.Http;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>An origin is recognized however the operator wrote it, because browsers write it in only one way.</summary>
public sealed class BrowserOriginsTests
{
    [Theory]
    [InlineData("https://id.example.com/identity/", "https://id.example.com")]
    [InlineData("HTTPS://ID.Example.com:443", "https://id.example.com")]
    [InlineData("http://id.example.com:80", "http://id.example.com")]
    [InlineData("http://id.example.com:443", "http://id.example.com:443")]
    [InlineData("https://bücher.example", "https://xn--bcher-kva.example")]
    [InlineData("http://[::1]:5000", "http://[::1]:5000")]
    public void PUBLIC_URL_is_an_allowed_origin(string publicUrl, string origin)
    {
        Assert.True(Allow(origin, ("PUBLIC_URL", publicUrl)));
        Assert.False(Allow(origin + "0", ("PUBLIC_URL", publicUrl)));
    }

    [Theory]
    [InlineData("https://app.example.com, https://www.example.com/", "https://www.example.com")]
    [InlineData("https://APP.example.com:443", "https://app.example.com")]
    [InlineData("https://app.example.com, capacitor://localhost", "capacitor://localhost")]
    [InlineData("safari-web-extension://E3449EA7-EC25-4696-8E6A-9D7D3AFF2A11", "safari-web-extension://e3449ea7-ec25-4696-8e6a-9d7d3aff2a11")]
    public void CORS_ORIGINS_are_allowed_origins(string origins, string origin) => Assert.True(Allow(origin, ("CORS_ORIGINS", origins)));

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("null")]
    [InlineData("https://app.example.com")]
    public void A_star_allows_no_origin_to_use_cookies(string origin) => Assert.False(Allow(origin, ("CORS_ORIGINS", "*")));

    private static bool Allow(string origin, (string, string?) variable)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.Origin = origin;
        return new BrowserOrigins(Variables.Read(variable).Http).Allow(request);
    }
}
