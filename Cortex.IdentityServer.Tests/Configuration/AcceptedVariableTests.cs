using System.Net;
using System.Text;
using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

public sealed class AcceptedVariableTests
{
    [Fact]
    public void What_is_unset_has_the_documented_default()
    {
        var read = Variables.Read();

        Assert.Equal(12, read.Accounts.BcryptCost);
        Assert.Equal(Math.Min(Environment.ProcessorCount, 64), read.Hashing.Threads);
        Assert.Equal(16 * read.Hashing.Threads, read.Hashing.Places);
        Assert.True(read.Accounts.IsRegistrationOpen);
        Assert.False(read.Accounts.RequiresVerifiedEmail);
        Assert.Equal(TimeSpan.FromDays(30), read.Sessions.IdleLifetime);
        Assert.Equal(TimeSpan.FromDays(90), read.Sessions.AbsoluteLifetime);
        Assert.Equal(TimeSpan.FromSeconds(10), read.Sessions.RefreshGrace);
        Assert.Equal(TimeSpan.FromSeconds(30), read.Sessions.RevocationGrace);
        Assert.Equal("http://localhost:5000", read.Sessions.Issuer);
        Assert.Empty(read.Http.CorsOrigins);
        Assert.Empty(read.Http.TrustedProxies);
        Assert.Null(read.Integrations.RedisUrl);
        Assert.Null(read.Integrations.SmtpUrl);
        Assert.Null(read.Integrations.EmailFrom);
        Assert.Empty(read.Integrations.PolarProducts);
    }

    /// <remarks>A compose file passes an unset variable on as an empty one.</remarks>
    [Fact]
    public void An_empty_value_counts_as_unset()
    {
        string[] names =
        [
            "REDIS_URL", "CORS_ORIGINS", "TRUSTED_PROXIES", "API_DOCS", "REQUIRE_VERIFIED_EMAIL", "REGISTRATION", "SMTP_URL", "EMAIL_FROM",
            "PUBLIC_URL", "POLAR_WEBHOOK_SECRET", "POLAR_ACCESS_TOKEN", "POLAR_PRODUCTS", "BCRYPT_COST", "HASHING_THREADS", "HASHING_QUEUE", "REFRESH_IDLE_DAYS", "REFRESH_ABSOLUTE_DAYS", "REFRESH_GRACE_SECONDS",
            "REVOCATION_GRACE_SECONDS", "JWT_ALGORITHM", "JWT_AUDIENCE", "CORTEX_DATA", "POSTGRES_BIN",
        ];

        var read = Variables.Read([.. names.Select(name => (name, (string?)" "))]);

        Assert.Equal(12, read.Accounts.BcryptCost);
        Assert.Equal("cortex", read.Sessions.Audience);
        Assert.True(read.Accounts.IsRegistrationOpen);
    }

    [Fact]
    public void Api_docs_are_off_in_production_unless_they_are_asked_for()
    {
        Assert.True(Variables.Read().Http.ApiDocs);
        Assert.True(Variables.Read("Staging").Http.ApiDocs);
        Assert.False(Variables.Read(Environments.Production).Http.ApiDocs);
        Assert.True(Variables.Read(Environments.Production, ("API_DOCS", "on")).Http.ApiDocs);
        Assert.False(Variables.Read(("API_DOCS", "OFF")).Http.ApiDocs);
    }

    [Theory]
    [InlineData("BCRYPT_COST", "10")]
    [InlineData("BCRYPT_COST", "16")]
    [InlineData("REFRESH_GRACE_SECONDS", "0")]
    [InlineData("REFRESH_GRACE_SECONDS", "60")]
    [InlineData("REVOCATION_GRACE_SECONDS", "0")]
    [InlineData("REVOCATION_GRACE_SECONDS", "300")]
    [InlineData("REFRESH_IDLE_DAYS", "1")]
    [InlineData("REFRESH_ABSOLUTE_DAYS", "30")]
    [InlineData("JWT_ALGORITHM", "HS256")]
    [InlineData("PUBLIC_URL", "https://id.example.com")]
    [InlineData("REDIS_URL", "redis://cache")]
    [InlineData("REDIS_URL", "rediss://:p%40ss@cache.example.com:6380/2")]
    [InlineData("EMAIL_FROM", "Cortex <noreply@example.com>")]
    [InlineData("POSTGRES_URL", "Host=db;Database=cortex;Username=cortex;Password=secret")]
    [InlineData("POSTGRES_URL", "postgres://cortex:p%2Fw@db:5433/cortex?sslmode=require")]
    public void A_value_at_the_edge_of_what_is_documented_is_taken(string name, string value) =>
        Variables.Read(Environments.Production, (name, value));

    [Fact]
    public void A_value_takes_effect()
    {
        var read = Variables.Read(
            ("REGISTRATION", "closed"), ("REQUIRE_VERIFIED_EMAIL", "True"), ("BCRYPT_COST", " 11 "), ("PUBLIC_URL", "https://id.example.com/"),
            ("REFRESH_IDLE_DAYS", "7"), ("REFRESH_ABSOLUTE_DAYS", "14"), ("REFRESH_GRACE_SECONDS", "0"), ("REVOCATION_GRACE_SECONDS", "300"),
            ("SMTP_URL", "smtp://user:password@mail.example.com:587"), ("EMAIL_FROM", "noreply@example.com"), ("REDIS_URL", "redis://cache:6379/1"),
            ("JWT_AUDIENCE", "memory"), ("HASHING_THREADS", "3"), ("HASHING_QUEUE", "10000"));

        Assert.False(read.Accounts.IsRegistrationOpen);
        Assert.True(read.Accounts.RequiresVerifiedEmail);
        Assert.Equal(11, read.Accounts.BcryptCost);
        Assert.Equal(3, read.Hashing.Threads);
        Assert.Equal(10_000, read.Hashing.Places);
        Assert.Equal("https://id.example.com", read.Sessions.Issuer);
        Assert.Equal("memory", read.Sessions.Audience);
        Assert.Equal(TimeSpan.FromDays(7), read.Sessions.IdleLifetime);
        Assert.Equal(TimeSpan.FromDays(14), read.Sessions.AbsoluteLifetime);
        Assert.Equal(TimeSpan.Zero, read.Sessions.RefreshGrace);
        Assert.Equal(TimeSpan.FromMinutes(5), read.Sessions.RevocationGrace);
        Assert.Equal("mail.example.com", read.Integrations.SmtpUrl?.Host);
        Assert.Equal("noreply@example.com", read.Integrations.EmailFrom);
        Assert.Equal("/1", read.Integrations.RedisUrl?.AbsolutePath);
    }

    [Fact]
    public void Lists_may_hold_spaces_and_empty_places()
    {
        var read = Variables.Read(
            ("CORS_ORIGINS", "https://app.example.com/, http://localhost:3000 ,"),
            ("TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7, ::1, fd00::/8"),
            ("POLAR_PRODUCTS", "prod_a=pro, prod_b = enterprise,prod_c=free"));

        // An Origin header has no slash at its end.
        Assert.Equal(["https://app.example.com", "http://localhost:3000"], read.Http.CorsOrigins);
        Assert.Equal(
            [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("192.0.2.7/32"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("fd00::/8")],
            read.Http.TrustedProxies);
        Assert.Equal(
            new Dictionary<string, string> { ["prod_a"] = "pro", ["prod_b"] = "enterprise", ["prod_c"] = "free" },
            read.Integrations.PolarProducts);
    }

    [Fact]
    public void A_secret_is_the_bytes_of_the_variable()
    {
        var secrets = Variables.Read(Environments.Production, ("JWT_SECRET_KEY", "zwölf-Boxkämpfer-jagen-Viktor-üb")).Secrets;

        Assert.Equal(Encoding.UTF8.GetBytes("zwölf-Boxkämpfer-jagen-Viktor-üb"), secrets.JwtSecret);
        Assert.Equal(Encoding.UTF8.GetBytes(Variables.Needed["SECRET_KEY"]!), secrets.SecretKey);
    }

    /// <remarks>H6: what is printed by accident holds no secret.</remarks>
    [Fact]
    public void Settings_that_hold_secrets_do_not_print_them()
    {
        var printed = Variables.Read(Environments.Production).ToString();

        Assert.DoesNotContain("database-password", printed, StringComparison.Ordinal);
        Assert.All(Variables.Needed.Values, value => Assert.DoesNotContain(value!, printed, StringComparison.Ordinal));
    }
}
