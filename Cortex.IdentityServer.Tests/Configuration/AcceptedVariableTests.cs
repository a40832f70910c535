using System.Net;
using System.Text;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Account;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Passwords;
using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

public sealed class AcceptedVariableTests
{
    [Fact]
    public void An_unset_variable_has_the_documented_default()
    {
        var read = Variables.Read();

        Assert.Equal(12, read.Hashing.BcryptCost);
        Assert.True(read.Admin.RequiresSecondFactor);
        Assert.Equal(Math.Min(Environment.ProcessorCount, 64), read.Hashing.Threads);
        Assert.Equal(Math.Max(32, 16 * read.Hashing.Threads), read.Hashing.Places);
        Assert.True(read.Accounts.IsRegistrationOpen);
        Assert.False(read.Login.RequiresVerifiedEmail);
        Assert.Equal(TimeSpan.FromDays(30), read.Sessions.IdleLifetime);
        Assert.Equal(TimeSpan.FromDays(90), read.Sessions.AbsoluteLifetime);
        Assert.Equal(TimeSpan.FromSeconds(10), read.Sessions.RefreshGrace);
        Assert.Equal(TimeSpan.FromSeconds(30), read.Freshness.RevocationGrace);
        Assert.Equal((TimeSpan.FromSeconds(5), 10_000), (read.Http.DrainTime, read.Http.MaxConnections));
        Assert.Equal("http://localhost:5000", read.Http.Issuer);
        Assert.Equal(("HS256", TimeSpan.FromDays(30)), (read.Signing.Algorithm, read.Signing.Period));
        Assert.Empty(read.Http.CorsOrigins);
        Assert.Empty(read.Http.TrustedProxies);
        Assert.Null(read.RateLimits.Redis);
        Assert.NotEmpty(read.DeclaredLimits);
        Assert.All(read.DeclaredLimits, limit => Assert.Equal(limit.Permits, read.RateLimits.PermitsOf(limit)));
        Assert.Equal([60, 600, 6000], new[] { "free", "pro", "enterprise" }.Select(tier => read.Tiers.LimitOf(tier).Permits));
        Assert.Null(read.ApiKeys.Scopes);
        Assert.Null(read.Mail.Smtp);
        Assert.Equal("no-reply@localhost", read.Mail.From.Address);
        Assert.Empty(read.Billing.PolarProducts);
    }

    /// <remarks>Compose files pass unset variables on as empty ones.</remarks>
    [Fact]
    public void An_empty_value_counts_as_unset()
    {
        string[] names =
        [
            "REDIS_URL", "CORS_ORIGINS", "PASSKEY_ORIGINS", "TRUSTED_PROXIES", "API_DOCS", "REQUIRE_VERIFIED_EMAIL", "REGISTRATION", "ADMIN_SECOND_FACTOR",
            "SMTP_URL", "EMAIL_FROM",
            "PUBLIC_URL", "POLAR_WEBHOOK_SECRET", "POLAR_ACCESS_TOKEN", "POLAR_PRODUCTS", "BCRYPT_COST", "HASHING_THREADS", "HASHING_QUEUE",
            "REFRESH_IDLE_DAYS", "REFRESH_ABSOLUTE_DAYS", "REFRESH_GRACE_SECONDS",
            "REVOCATION_GRACE_SECONDS", "DRAIN_SECONDS", "MAX_CONNECTIONS", "RATE_LIMITS", "API_KEY_LIMITS", "API_KEY_SCOPES", "JWT_ALGORITHM",
            "QUOTAS", "QUOTA_MODE", "USAGE_RETENTION_DAYS", "USAGE_LATE_DAYS",
            "MANAGEMENT_URLS", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_METRICS_EXPORTER", "OTEL_TRACES_EXPORTER", "OTEL_SDK_DISABLED",
            "JWT_KEY_DAYS", "JWT_AUDIENCE", "CORTEX_DATA", "POSTGRES_BIN", "CONSOLE", "CONSOLE_TITLE", "CONSOLE_LOGO_FILE", "CONSOLE_ACCENT_COLOR",
            "LOG_FORMAT",
        ];

        var read = Variables.Read([.. names.Select(name => (name, (string?)" "))]);

        Assert.Equal(12, read.Hashing.BcryptCost);
        Assert.True(read.Admin.RequiresSecondFactor);
        Assert.Equal("cortex", read.Sessions.Audience);
        Assert.True(read.Accounts.IsRegistrationOpen);
    }

    [Fact]
    public void Api_docs_are_off_in_Production_by_default()
    {
        Assert.True(Variables.Read().Http.ApiDocs);
        Assert.False(Variables.Read("Staging").Http.ApiDocs);
        Assert.False(Variables.Read(Environments.Production).Http.ApiDocs);
        Assert.True(Variables.Read(Environments.Production, ("API_DOCS", "on")).Http.ApiDocs);
        Assert.False(Variables.Read(("API_DOCS", "OFF")).Http.ApiDocs);
    }

    [Fact]
    public void The_log_is_JSON_in_Production_by_default()
    {
        Assert.False(Variables.Read().Logs.IsJson);
        Assert.True(Variables.Read("Staging").Logs.IsJson);
        Assert.True(Variables.Read(Environments.Production, ("LOG_FORMAT", " ")).Logs.IsJson);
        Assert.False(Variables.Read(Environments.Production, ("LOG_FORMAT", "Text")).Logs.IsJson);
        Assert.True(Variables.Read(("LOG_FORMAT", "json")).Logs.IsJson);
    }

    [Theory]
    [InlineData("BCRYPT_COST", "10")]
    [InlineData("BCRYPT_COST", "16")]
    [InlineData("REFRESH_GRACE_SECONDS", "0")]
    [InlineData("REFRESH_GRACE_SECONDS", "60")]
    [InlineData("REVOCATION_GRACE_SECONDS", "0")]
    [InlineData("REVOCATION_GRACE_SECONDS", "300")]
    [InlineData("DRAIN_SECONDS", "0")]
    [InlineData("DRAIN_SECONDS", "9")]
    [InlineData("MAX_CONNECTIONS", "10")]
    [InlineData("MAX_CONNECTIONS", "1000000")]
    [InlineData("REFRESH_IDLE_DAYS", "1")]
    [InlineData("REFRESH_ABSOLUTE_DAYS", "30")]
    [InlineData("JWT_ALGORITHM", "HS256")]
    [InlineData("JWT_ALGORITHM", "ES256")]
    [InlineData("JWT_ALGORITHM", "RS256")]
    [InlineData("JWT_KEY_DAYS", "1")]
    [InlineData("JWT_KEY_DAYS", "365")]
    [InlineData("PUBLIC_URL", "https://id.example.com")]
    [InlineData("REDIS_URL", "redis://cache")]
    [InlineData("REDIS_URL", "rediss://:p%40ss@cache.example.com:6380/2")]
    [InlineData("RATE_LIMITS", "register=1,health=1000000000")]
    [InlineData("PASSKEY_ORIGINS", "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, https://App.example.org:443/")]
    [InlineData("API_KEY_LIMITS", "enterprise=1000000000")]
    [InlineData("API_KEY_SCOPES", "introspect")]
    [InlineData("API_KEY_SCOPES", "memory:read, https://example.com/write?all#x,")]
    [InlineData("API_KEY_LIMITS", "Pro=600,enterprise_trial=6000,very special=7")]
    [InlineData("EMAIL_FROM", "Cortex <noreply@example.com>")]
    [InlineData("POSTGRES_URL", "Host=db;Database=cortex;Username=cortex;Password=secret")]
    [InlineData("POSTGRES_URL", "postgres://cortex:p%2Fw@db:5433/cortex?sslmode=require")]
    public void A_value_at_the_edge_of_the_documented_range_is_accepted(string name, string value) =>
        Variables.Read(Environments.Production, (name, value));

    [Fact]
    public void A_value_takes_effect()
    {
        var read = Variables.Read(
            ("REGISTRATION", "closed"), ("ADMIN_SECOND_FACTOR", "optional"), ("REQUIRE_VERIFIED_EMAIL", "True"), ("BCRYPT_COST", " 11 "),
            ("PUBLIC_URL", "https://id.example.com/"),
            ("REFRESH_IDLE_DAYS", "7"), ("REFRESH_ABSOLUTE_DAYS", "14"), ("REFRESH_GRACE_SECONDS", "0"), ("REVOCATION_GRACE_SECONDS", "300"),
            ("SMTP_URL", "smtp://user:password@mail.example.com:587"), ("EMAIL_FROM", "noreply@example.com"), ("REDIS_URL", "redis://cache:6379/1"),
            ("DRAIN_SECONDS", "9"), ("MAX_CONNECTIONS", "50"), ("JWT_AUDIENCE", "memory"), ("JWT_ALGORITHM", "ES256"), ("JWT_KEY_DAYS", "7"),
            ("HASHING_THREADS", "3"), ("HASHING_QUEUE", "10000"));

        Assert.False(read.Accounts.IsRegistrationOpen);
        Assert.True(read.Login.RequiresVerifiedEmail);
        Assert.False(read.Admin.RequiresSecondFactor);
        Assert.Equal(11, read.Hashing.BcryptCost);
        Assert.Equal(3, read.Hashing.Threads);
        Assert.Equal(10_000, read.Hashing.Places);
        Assert.Equal("https://id.example.com", read.Http.Issuer);
        Assert.Equal("memory", read.Sessions.Audience);
        Assert.Equal((TimeSpan.FromSeconds(9), 50), (read.Http.DrainTime, read.Http.MaxConnections));
        Assert.Equal(("ES256", TimeSpan.FromDays(7)), (read.Signing.Algorithm, read.Signing.Period));
        Assert.Equal(TimeSpan.FromDays(7), read.Sessions.IdleLifetime);
        Assert.Equal(TimeSpan.FromDays(14), read.Sessions.AbsoluteLifetime);
        Assert.Equal(TimeSpan.Zero, read.Sessions.RefreshGrace);
        Assert.Equal(TimeSpan.FromMinutes(5), read.Freshness.RevocationGrace);
        Assert.Equal("mail.example.com", read.Mail.Smtp?.Host);
        Assert.Equal("noreply@example.com", read.Mail.From.Address);
        Assert.Equal(new RedisAddress("cache", 6379, IsTls: false, User: null, Password: null, Database: 1), read.RateLimits.Redis);
    }

    [Fact]
    public void Lists_may_contain_spaces_and_empty_entries()
    {
        var read = Variables.Read(
            ("CORS_ORIGINS", "https://app.example.com/, http://localhost:3000 ,"),
            ("TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7, ::1, fd00::/8"),
            ("POLAR_PRODUCTS", "prod_a=pro, prod_b = enterprise,prod_c=free"));

        // An Origin header has no trailing slash.
        Assert.Equal(["https://app.example.com", "http://localhost:3000"], read.Http.CorsOrigins);
        Assert.Equal(
            [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("192.0.2.7/32"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("fd00::/8")],
            read.Http.TrustedProxies);
        Assert.Equal(
            new Dictionary<string, string> { ["prod_a"] = "pro", ["prod_b"] = "enterprise", ["prod_c"] = "free" },
            read.Billing.PolarProducts);
    }

    /// <remarks>Origins appear as browsers write them (RFC 6454), and may have any scheme.</remarks>
    [Theory]
    [InlineData("https://App.Example.com:443", "https://app.example.com")]
    [InlineData("HTTP://localhost:80/", "http://localhost")]
    [InlineData("http://localhost:443", "http://localhost:443")]
    [InlineData("https://bücher.example", "https://xn--bcher-kva.example")]
    [InlineData("https://XN--bcher-kva.example:8443", "https://xn--bcher-kva.example:8443")]
    [InlineData("http://[::1]:3000", "http://[::1]:3000")]
    [InlineData("https://app_1.example.com", "https://app_1.example.com")]
    [InlineData("capacitor://localhost", "capacitor://localhost")]
    [InlineData("Ionic://localhost/", "ionic://localhost")]
    [InlineData("tauri://localhost", "tauri://localhost")]
    [InlineData("app://obsidian.md", "app://obsidian.md")]
    [InlineData("chrome-extension://abcdefghijklmnopabcdefghijklmnop", "chrome-extension://abcdefghijklmnopabcdefghijklmnop")]
    [InlineData("moz-extension://6f3c8d5e-0b6a-4b57-9d3f-1c2a3b4c5d6e", "moz-extension://6f3c8d5e-0b6a-4b57-9d3f-1c2a3b4c5d6e")]
    [InlineData("safari-web-extension://E3449EA7-EC25-4696-8E6A-9D7D3AFF2A11", "safari-web-extension://E3449EA7-EC25-4696-8E6A-9D7D3AFF2A11")]
    public void An_origin_is_normalized_as_browsers_write_it(string origin, string written) =>
        Assert.Equal([written, "https://other.example"], Variables.Read(("CORS_ORIGINS", $"{origin}, https://other.example,{origin}")).Http.CorsOrigins);

    [Fact]
    public void A_limit_that_is_not_named_keeps_its_default()
    {
        var read = Variables.Read(("RATE_LIMITS", " register = 10, login_failures=5 ,"), ("API_KEY_LIMITS", "pro=7"));
        var (limits, tiers) = (read.RateLimits, read.Tiers);

        Assert.Equal(10, limits.PermitsOf(AccountLimits.Register));
        Assert.Equal(5, limits.PermitsOf(PasswordLimits.LoginFailures));
        Assert.Equal(600, limits.PermitsOf(LoginLimits.Login));
        Assert.Equal(60, tiers.LimitOf("free").Permits);
        Assert.Equal(7, tiers.LimitOf("pro").Permits);
        Assert.Equal(6000, tiers.LimitOf("enterprise").Permits);
        Assert.All(new[] { null, "", "gold", "PRO" }, unknown => Assert.Equal(60, tiers.LimitOf(unknown).Permits));
    }

    [Theory]
    [InlineData("redis://cache", "cache", 6379, false, null, null, 0)]
    [InlineData("redis://:p%40ss%2Fword@cache:6380/2", "cache", 6380, false, null, "p@ss/word", 2)]
    [InlineData("rediss://limits:a:b@cache.example.com", "cache.example.com", 6379, true, "limits", "a:b", 0)]
    [InlineData("redis://[::1]:7000/", "::1", 7000, false, null, null, 0)]
    public void REDIS_URL_sets_the_address_and_the_credentials(string url, string host, int port, bool isTls, string? user, string? password, int database)
    {
        var address = Variables.Read(("REDIS_URL", url)).RateLimits.Redis!;
        var options = address.ToOptions();

        Assert.Equal(new RedisAddress(host, port, isTls, user, password, database), address);
        Assert.Equal((isTls, user, password, database), (options.Ssl, options.User, options.Password, options.DefaultDatabase));
        Assert.False(options.AbortOnConnectFail);
        Assert.True(password is null || !address.ToString().Contains(password, StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_is_the_bytes_of_the_variable()
    {
        var read = Variables.Read(Environments.Production, ("JWT_SECRET_KEY", "zwölf-Boxkämpfer-jagen-Viktor-üb"));

        Assert.Equal(Encoding.UTF8.GetBytes("zwölf-Boxkämpfer-jagen-Viktor-üb"), Assert.Single(read.Signing.SharedSecrets));
        Assert.Equal(Encoding.UTF8.GetBytes(Variables.Needed["SECRET_KEY"]!), Assert.Single(read.Secrets.SecretKeys));
    }

    [Theory]
    [InlineData("the-new-secret-of-more-than-32-bytes,the-old-secret-of-more-than-32-bytes")]
    [InlineData(" the-new-secret-of-more-than-32-bytes , the-old-secret-of-more-than-32-bytes,")]
    public void A_new_secret_comes_before_the_old_one(string value)
    {
        byte[][] expected = ["the-new-secret-of-more-than-32-bytes"u8.ToArray(), "the-old-secret-of-more-than-32-bytes"u8.ToArray()];

        Assert.Equal(expected, Variables.Read(Environments.Production, ("JWT_SECRET_KEY", value)).Signing.SharedSecrets);
        Assert.Equal(expected, Variables.Read(Environments.Production, ("SECRET_KEY", value)).Secrets.SecretKeys);
    }

    /// <remarks>Settings that are logged by accident must not reveal a secret.</remarks>
    [Fact]
    public void Settings_that_hold_secrets_do_not_print_them()
    {
        var printed = Variables.Read(Environments.Production).ToString();

        Assert.DoesNotContain("database-password", printed, StringComparison.Ordinal);
        Assert.All(
            new[] { "POSTGRES_URL", "JWT_SECRET_KEY", "SECRET_KEY" },
            name => Assert.DoesNotContain(Variables.Needed[name]!, printed, StringComparison.Ordinal));
    }
}
