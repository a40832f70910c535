using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <remarks><c>docker run --env-file</c> keeps quotes and compose removes them, so the same file would set two different secrets.</remarks>
public sealed class QuotedValueTests
{
    private const string Secret = "kJ8sV0q3Zr5tY7wB1nM4cX6dF9gH2jK0";

    [Theory]
    [InlineData("SECRET_KEY", $"\"{Secret}\"")]
    [InlineData("SECRET_KEY", $"'{Secret}'")]
    [InlineData("SECRET_KEY", $"\"{Secret}\"\r")]
    [InlineData("SECRET_KEY", $"\u00a0\"{Secret}\"\u00a0")]
    [InlineData("SECRET_KEY", $"“{Secret}”")]
    [InlineData("SECRET_KEY", $"\"{Secret}\" # the secret")]
    [InlineData("JWT_SECRET_KEY", $"\"{Secret},an-older-secret-of-more-than-32-bytes\"")]
    [InlineData("JWT_SECRET_KEY", $"an-older-secret-of-more-than-32-bytes,'{Secret}'")]
    [InlineData("JWT_SECRET_KEY", "\"short\"")]
    [InlineData("SECRET_KEY", "\"\"")]
    [InlineData("POSTGRES_URL", "\"postgresql://cortex:hunter2@db/cortex\"")]
    [InlineData("POSTGRES_URL", "'Host=db;Database=cortex;Username=cortex;Password=hunter2'")]
    [InlineData("PUBLIC_URL", "'https://id.example.com'")]
    [InlineData("EMAIL_FROM", "\"Ada <ada@example.com>\"")]
    [InlineData("EMAIL_FROM", "'ada@example.com'")]
    [InlineData("SMTP_URL", "\"smtp://user:hunter2@mail\"")]
    [InlineData("REDIS_URL", "'redis://:hunter2@cache'")]
    [InlineData("CORS_ORIGINS", "\"https://app.example.com\",\"https://www.example.com\"")]
    [InlineData("CORS_ORIGINS", "https://app.example.com,\"https://www.example.com\"")]
    [InlineData("TRUSTED_PROXIES", "'10.0.0.0/8'")]
    [InlineData("RATE_LIMITS", "\"login=5\"")]
    [InlineData("BCRYPT_COST", "\"12\"")]
    [InlineData("JWT_ALGORITHM", "\"ES256\"")]
    [InlineData("REGISTRATION", "'closed'")]
    [InlineData("POLAR_ACCESS_TOKEN", "\"polar_oat_hunter2\"")]
    [InlineData("API_DOCS", "\"off\"")]
    [InlineData("CONSOLE_TITLE", "\"Ada's identity\"")]
    public void Quotes_around_a_value_are_refused_with_one_line_that_names_them(string name, string value)
    {
        foreach (var environment in new[] { Environments.Development, Environments.Production })
        {
            var line = Assert.Single(Variables.Refusal(environment, ("EMAIL_FROM", "noreply@example.com"), (name, value)));
            Assert.StartsWith($"{name} must ", line, StringComparison.Ordinal);
            Assert.Contains("quotes", line, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, line, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("EMAIL_FROM", "\"Cortex Memory\" <noreply@example.com>")]
    [InlineData("EMAIL_FROM", "\"Cortex, Inc.\" <noreply@example.com>\r")]
    [InlineData("POSTGRES_URL", "Host=db;Database=cortex;Username=cortex;Password=\"hunter;2\"")]
    [InlineData("SECRET_KEY", $"{Secret}\r")]
    [InlineData("SECRET_KEY", "kJ8sV0q3\"Zr5tY7wB1n'M4cX6dF9gH2jK0\"")]
    public void Quotes_that_belong_to_the_value_are_accepted(string name, string value) => Variables.Read(Environments.Production, (name, value));

    [Fact]
    public async Task The_server_reports_quotes_at_start()
    {
        var run = await ServerProcess.RunAsync(
            [], ("DOTNET_ENVIRONMENT", "Production"), ("PUBLIC_URL", CortexApp.Issuer), ("POSTGRES_URL", "\"postgresql://cortex:hunter2@127.0.0.1:1/cortex\""),
            ("SECRET_KEY", $"\"{Secret}\""), ("JWT_SECRET_KEY", CortexApp.JwtSecret), ("EMAIL_FROM", "\"A <a@b.example>\""));

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["EMAIL_FROM", "POSTGRES_URL", "SECRET_KEY"], run.ErrorLines.Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.All(run.ErrorLines, line => Assert.Contains("quotes", line, StringComparison.Ordinal));
    }
}
