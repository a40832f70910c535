using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <remarks>Each error is one line that names the variable and what it must be, but never its value, which may be a secret.</remarks>
public sealed class RefusedVariableTests
{
    [Theory]
    [InlineData("POSTGRES_URL", "mysql://root:hunter2-hunter2@db/cortex")]
    [InlineData("POSTGRES_URL", "postgresql://cortex:hunter2/hunter2@db/cortex")]
    [InlineData("POSTGRES_URL", "postgresql://cortex:hunter2-hunter2@db:99999/cortex")]
    [InlineData("POSTGRES_URL", "postgresql://cortex:hunter2-hunter2@db/cortex?sslmode=sometimes")]
    [InlineData("POSTGRES_URL", "Host=db;Database=cortex;Passwort=hunter2-hunter2")]
    [InlineData("POSTGRES_URL", "hunter2-hunter2")]
    [InlineData("POSTGRES_URL", "Host=db;Database=cortex;Password=hunter2-hunter2;Multiplexing=true")]
    [InlineData("POSTGRES_URL", "Host=db;Database=cortex;Password=hunter2-hunter2;Minimum Pool Size=50;Maximum Pool Size=10")]
    [InlineData("POSTGRES_URL", "Host=db;Database=cortex;Password=hunter2-hunter2;Include Error Detail=true")]
    [InlineData("POSTGRES_URL", "postgresql://cortex:hunter2-hunter2@db/cortex?target_session_attrs=read-only")]
    [InlineData("POSTGRES_URL", "postgresql://cortex:hunter2-hunter2@db/cortex?sslmode=require&sslrootcert=system")]
    [InlineData("LOG_FORMAT", "logfmt")]
    [InlineData("LOG_FORMAT", "text,json")]
    [InlineData("MANAGEMENT_URLS", "https://*:9464")]
    [InlineData("MANAGEMENT_URLS", "127.0.0.1:9999")]
    [InlineData("MANAGEMENT_URLS", "http://127.0.0.1:9999/metrics")]
    [InlineData("MANAGEMENT_URLS", "http://127.0.0.1:99999")]
    [InlineData("MANAGEMENT_URLS", "on")]
    [InlineData("MANAGEMENT_URLS", ";")]
    [InlineData("MANAGEMENT_URLS", "http://monitoring.internal:9999")]
    [InlineData("MANAGEMENT_URLS", "http://0.0.0.0.0:9999")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "grpc://collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector")]
    [InlineData("OTEL_METRICS_EXPORTER", "prometheus")]
    [InlineData("OTEL_TRACES_EXPORTER", "zipkin")]
    [InlineData("OTEL_SDK_DISABLED", "yes")]
    [InlineData("JWT_SECRET_KEY", "hunter2-hunter2")]
    [InlineData("JWT_SECRET_KEY", "31-bytes-are-one-too-few-hunter")]
    [InlineData("JWT_SECRET_KEY", "please-ChangeMe-before-you-go-to-production-1234")]
    [InlineData("JWT_SECRET_KEY", "your-secret-key-of-more-than-thirty-two-bytes")]
    [InlineData("SECRET_KEY", "hunter2-hunter2")]
    [InlineData("SECRET_KEY", "replace-me-replace-me-replace-me-replace-me")]
    [InlineData("JWT_ALGORITHM", "none")]
    [InlineData("JWT_SECRET_KEY", ",")]
    [InlineData("JWT_SECRET_KEY", "a-good-secret-of-more-than-32-bytes,hunter2-hunter2")]
    [InlineData("JWT_SECRET_KEY", "a-good-secret-of-more-than-32-bytes,please-ChangeMe-before-production-1234")]
    [InlineData("SECRET_KEY", "hunter2-hunter2,a-good-secret-of-more-than-32-bytes")]
    [InlineData(
        "SECRET_KEY", "secret-1-of-more-than-32-bytes-1,secret-2-of-more-than-32-bytes-2,secret-3-of-more-than-32-bytes-3,secret-4-of-more-than-32-bytes-4")]
    [InlineData("JWT_ALGORITHM", "ES384")]
    [InlineData("JWT_ALGORITHM", "RS512")]
    [InlineData("JWT_ALGORITHM", "HS256,ES256")]
    [InlineData("JWT_ALGORITHM", "es256")]
    [InlineData("JWT_KEY_DAYS", "0")]
    [InlineData("JWT_KEY_DAYS", "366")]
    [InlineData("JWT_KEY_DAYS", "1.5")]
    [InlineData("JWT_ALGORITHM", "hs256")]
    [InlineData("REDIS_URL", "http://:hunter2-hunter2@cache:6379")]
    [InlineData("REDIS_URL", "cache:6379,password=hunter2-hunter2")]
    [InlineData("REDIS_URL", "redis:///1")]
    [InlineData("REDIS_URL", "redis://:hunter2-hunter2@cache/first")]
    [InlineData("REDIS_URL", "redis://:hunter2-hunter2@cache/-1")]
    [InlineData("REDIS_URL", "redis://:hunter2-hunter2@cache/99999999999")]
    [InlineData("REDIS_URL", "redis://:hunter2-hunter2@cache/1?ssl=true")]
    [InlineData("REDIS_URL", "redis://hunter2-hunter2@cache")]
    [InlineData("RATE_LIMITS", "registers")]
    [InlineData("RATE_LIMITS", "register=0")]
    [InlineData("RATE_LIMITS", "register=-5")]
    [InlineData("RATE_LIMITS", "register=1.5")]
    [InlineData("RATE_LIMITS", "register=1000000001")]
    [InlineData("RATE_LIMITS", "register=99999999999999999999")]
    [InlineData("RATE_LIMITS", "Register=7")]
    [InlineData("RATE_LIMITS", "everything=7")]
    [InlineData("RATE_LIMITS", "register=5,register=6")]
    [InlineData("RATE_LIMITS", "register=5;login=6")]
    [InlineData("API_KEY_LIMITS", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=7")]
    [InlineData("API_KEY_LIMITS", "=7")]
    [InlineData("PASSKEY_ORIGINS", "*")]
    [InlineData("PASSKEY_ORIGINS", "app.example.org")]
    [InlineData("PASSKEY_ORIGINS", "http://app.example.org")]
    [InlineData("PASSKEY_ORIGINS", "https://app.example.org/login")]
    [InlineData("PASSKEY_ORIGINS", "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("PASSKEY_ORIGINS", "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("PASSKEY_ORIGINS", "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB")]
    [InlineData("QUOTAS", "basic")]
    [InlineData("QUOTAS", "basic:")]
    [InlineData("QUOTAS", "basic:requests")]
    [InlineData("QUOTAS", "free:requests=-1")]
    [InlineData("QUOTAS", "free:requests=1.5")]
    [InlineData("QUOTAS", "free:dollars=1")]
    [InlineData("QUOTAS", "free:cost_usd=0.0000001")]
    [InlineData("QUOTAS", "free:requests=1,requests=2")]
    [InlineData("QUOTAS", "free:requests=1;free:tokens=2")]
    [InlineData("QUOTAS", "free:requests=1000000000001")]
    [InlineData("QUOTA_MODE", "medium")]
    [InlineData("API_KEY_LIMITS", "free=0")]
    [InlineData("API_KEY_LIMITS", "free=none")]
    [InlineData("API_KEY_LIMITS", "70")]
    [InlineData("SMTP_URL", "http://user:hunter2-hunter2@mail:587")]
    [InlineData("SMTP_URL", "mail.example.com:587")]
    [InlineData("EMAIL_FROM", "not an address")]
    [InlineData("PUBLIC_URL", "id.example.com")]
    [InlineData("PUBLIC_URL", "ftp://id.example.com")]
    [InlineData("PUBLIC_URL", "/auth")]
    [InlineData("PUBLIC_URL", "https://id.example.com/?tenant=hunter2")]
    [InlineData("PUBLIC_URL", "https://id.example.com/#hunter2")]
    [InlineData("PUBLIC_URL", "https://user:hunter2-hunter2@id.example.com")]
    [InlineData("CORS_ORIGINS", "front.example.com")]
    [InlineData("CORS_ORIGINS", "https://app.example.com/path")]
    [InlineData("CORS_ORIGINS", "https://app.example.com?x=1")]
    [InlineData("CORS_ORIGINS", "https://user:hunter2-hunter2@app.example.com")]
    [InlineData("CORS_ORIGINS", "https://app.example.com,*")]
    [InlineData("CORS_ORIGINS", "https://app.example.com,NULL")]
    [InlineData("CORS_ORIGINS", "https://*.example.com")]
    [InlineData("CORS_ORIGINS", "https://app.example.com:99999")]
    [InlineData("CORS_ORIGINS", "https://app.example.com https://www.example.com")]
    [InlineData("CORS_ORIGINS", "https:app.example.com")]
    [InlineData("CORS_ORIGINS", "capacitor://localhost/index.html")]
    [InlineData("CORS_ORIGINS", "capacitor:localhost")]
    [InlineData("CORS_ORIGINS", "chrome-extension://*")]
    [InlineData("CORS_ORIGINS", "file:///android_asset")]
    [InlineData("CORS_ORIGINS", "file://index")]
    [InlineData("HSTS_SECONDS", "-1")]
    [InlineData("HSTS_SECONDS", "forever")]
    [InlineData("HSTS_INCLUDE_SUBDOMAINS", "yes")]
    [InlineData("HSTS_PRELOAD", "true")]
    [InlineData("TRUSTED_PROXIES", "proxy.example.com")]
    [InlineData("TRUSTED_PROXIES", "10.0.0.0/33")]
    [InlineData("TRUSTED_PROXIES", "10.0.0.1,*")]
    [InlineData("API_DOCS", "true")]
    [InlineData("ADMIN_SECOND_FACTOR", "no")]
    [InlineData("API_KEY_SCOPES", "memory read")]
    [InlineData("API_KEY_SCOPES", "a,\"b\"")]
    [InlineData("REGISTRATION", "true")]
    [InlineData("REGISTRATION", "shut")]
    [InlineData("REQUIRE_VERIFIED_EMAIL", "yes")]
    [InlineData("BCRYPT_COST", "9")]
    [InlineData("BCRYPT_COST", "17")]
    [InlineData("BCRYPT_COST", "twelve")]
    [InlineData("BCRYPT_COST", "-12")]
    [InlineData("BCRYPT_COST", "12.5")]
    [InlineData("HASHING_THREADS", "0")]
    [InlineData("HASHING_THREADS", "65")]
    [InlineData("HASHING_THREADS", "all")]
    [InlineData("HASHING_QUEUE", "0")]
    [InlineData("HASHING_QUEUE", "10001")]
    [InlineData("REFRESH_IDLE_DAYS", "0")]
    [InlineData("REFRESH_IDLE_DAYS", "366")]
    [InlineData("REFRESH_ABSOLUTE_DAYS", "0")]
    [InlineData("REFRESH_ABSOLUTE_DAYS", "29")]
    [InlineData("REFRESH_ABSOLUTE_DAYS", "3651")]
    [InlineData("REFRESH_GRACE_SECONDS", "-1")]
    [InlineData("REFRESH_GRACE_SECONDS", "61")]
    [InlineData("DRAIN_SECONDS", "-1")]
    [InlineData("DRAIN_SECONDS", "10")]
    [InlineData("MAX_CONNECTIONS", "9")]
    [InlineData("MAX_CONNECTIONS", "1000001")]
    [InlineData("MAX_CONNECTIONS", "many")]
    [InlineData("REVOCATION_GRACE_SECONDS", "-1")]
    [InlineData("REVOCATION_GRACE_SECONDS", "301")]
    [InlineData("REVOCATION_GRACE_SECONDS", "99999999999999999999")]
    [InlineData("POLAR_WEBHOOK_SECRET", ",")]
    [InlineData("POLAR_WEBHOOK_SECRET", "whsec_")]
    [InlineData("POLAR_WEBHOOK_SECRET", "polar_whs_0123456789,polar_whs_1234567890,polar_whs_2345678901")]
    [InlineData("POLAR_ACCESS_TOKEN", "polar oat")]
    [InlineData("POLAR_PRODUCTS", "prod_a")]
    [InlineData("POLAR_PRODUCTS", "prod_a=gold")]
    [InlineData("POLAR_PRODUCTS", "=pro")]
    [InlineData("POLAR_PRODUCTS", "prod_a=pro=enterprise")]
    [InlineData("POLAR_PRODUCTS", "prod_a=pro,prod_a=enterprise")]
    public void An_invalid_value_stops_the_server_with_one_line_that_names_the_variable(string name, string value)
    {
        foreach (var environment in new[] { Environments.Development, Environments.Production })
        {
            var line = Assert.Single(Variables.Refusal(environment, (name, value), ("EMAIL_FROM", name == "EMAIL_FROM" ? value : "noreply@example.com")));
            Assert.StartsWith($"{name} must ", line, StringComparison.Ordinal);
            Assert.EndsWith(".", line, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);

            // A bound in the sentence may equal the value by coincidence.
            Assert.True(value.Length < 4 || !line.Contains(value, StringComparison.Ordinal), line);
        }
    }

    [Fact]
    public void The_origin_null_is_refused_with_the_reason() => Assert.StartsWith(
        "CORS_ORIGINS must not list null, because ", Assert.Single(Variables.Refusal(Environments.Development, ("CORS_ORIGINS", "null"))),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("POSTGRES_URL")]
    [InlineData("JWT_SECRET_KEY")]
    [InlineData("SECRET_KEY")]
    [InlineData("PUBLIC_URL")]
    public void Production_refuses_to_start_without(string name)
    {
        foreach (var unset in new[] { null, "", "  " })
        {
            foreach (var environment in new[] { Environments.Production, "Staging", "production" })
            {
                var line = Assert.Single(Variables.Refusal(environment, (name, unset)));
                Assert.StartsWith($"{name} must be set in Production", line, StringComparison.Ordinal);
            }
        }
    }

    /// <remarks>An unused key is optional, but it must be valid if it is set.</remarks>
    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public void With_key_pairs_JWT_SECRET_KEY_is_optional_but_must_be_valid(string algorithm)
    {
        Assert.Empty(Variables.Read(Environments.Production, ("JWT_ALGORITHM", algorithm), ("JWT_SECRET_KEY", null)).Signing.SharedSecrets);

        Assert.StartsWith(
            "JWT_SECRET_KEY must be",
            Assert.Single(Variables.Refusal(Environments.Production, ("JWT_ALGORITHM", algorithm), ("JWT_SECRET_KEY", "short"))),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "SECRET_KEY must be", Assert.Single(Variables.Refusal(Environments.Production, ("JWT_ALGORITHM", algorithm), ("SECRET_KEY", null))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Several_errors_are_reported_together_one_per_line()
    {
        var lines = Variables.Refusal(
            Environments.Production,
            ("POSTGRES_URL", null), ("JWT_SECRET_KEY", "short"), ("SECRET_KEY", null), ("BCRYPT_COST", "1"), ("SMTP_URL", "smtp://mail:25"));

        Assert.Equal(
            ["BCRYPT_COST", "EMAIL_FROM", "JWT_SECRET_KEY", "POSTGRES_URL", "SECRET_KEY"],
            lines.Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Email_needs_a_sender()
    {
        var line = Assert.Single(Variables.Refusal(Environments.Production, ("SMTP_URL", "smtp://user:hunter2@mail.example.com:587")));

        Assert.StartsWith("EMAIL_FROM must be set", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);
    }

    /// <remarks>The framework's switch trusts forwarded headers from every client.</remarks>
    [Fact]
    public void The_frameworks_switch_that_trusts_every_proxy_is_refused()
    {
        var line = Assert.Single(Variables.Refusal(Environments.Development, ("FORWARDEDHEADERS_ENABLED", "true")));

        Assert.StartsWith("ASPNETCORE_FORWARDEDHEADERS_ENABLED must be unset", line, StringComparison.Ordinal);
        Assert.Contains("TRUSTED_PROXIES", line, StringComparison.Ordinal);
    }
}
