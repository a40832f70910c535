namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Values that several examples share, so that the OpenAPI document describes the same user throughout.</summary>
internal static class ExampleValues
{
    public const string Email = "ada@example.com";
    public const string Password = "correct horse battery staple";
    public const string NewPassword = "a longer horse battery staple";
    public const string TwoFactorToken = "c2f_AZrW0tq7c0OQv2b7pM1xTA7T7B3m1m9y0l3w";
    public const string Issuer = "https://auth.example.com";
    public const string Ip = "203.0.113.7";
    public const string UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    public const string Device = "Firefox on Linux";
    public const string RequestId = "0f8fad5bd9cb469fa16570867728950e";

    public static readonly Guid Id = new("0199f0f0-5b1e-7c3a-9d64-2f1f3f1c8a01");
    public static readonly DateTimeOffset Time = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
}
