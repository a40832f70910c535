using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <remarks>The server would otherwise silently ignore a setting under a misspelled name.</remarks>
public sealed class MistypedVariableTests(PostgresCluster cluster)
{
    [Theory]
    [InlineData("JWT_SECRET", "JWT_SECRET_KEY")]
    [InlineData("SECRET_KEY_BASE", "SECRET_KEY")]
    [InlineData("POSTGRES_URLL", "POSTGRES_URL")]
    [InlineData("POSTGRES_URI", "POSTGRES_URL")]
    [InlineData("SMTP_URI", "SMTP_URL")]
    [InlineData("TRUSTED_PROXY", "TRUSTED_PROXIES")]
    [InlineData("RATE_LIMIT", "RATE_LIMITS")]
    [InlineData("CORS_ORIGIN", "CORS_ORIGINS")]
    [InlineData("JWT_ALG", "JWT_ALGORITHM")]
    [InlineData("BCRYPT_COSTS", "BCRYPT_COST")]
    [InlineData("REDIS_URLS", "REDIS_URL")]
    [InlineData("CORTEX_PUBLIC_URL", "PUBLIC_URL")]
    [InlineData("DOTNET_ENV", "DOTNET_ENVIRONMENT")]
    [InlineData("ASPNETCORE_URL", "ASPNETCORE_URLS")]
    [InlineData("ALLOWED_ORIGINS", "CORS_ORIGINS")]
    public void A_misspelled_name_is_a_warning_with_the_right_one(string name, string meant)
    {
        var warning = Assert.Single(Variables.Read(Environments.Production, (name, "hunter2-hunter2")).Warnings);

        Assert.StartsWith(name + " is set", warning, StringComparison.Ordinal);
        Assert.Contains(meant + " is probably meant", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PATH")]
    [InlineData("HOSTNAME")]
    [InlineData("LANG")]
    [InlineData("API_KEY")]
    [InlineData("POSTGRES_PORT")]
    [InlineData("POSTGRES_PASSWORD")]
    [InlineData("POSTGRES_USER")]
    [InlineData("POSTGRES_DB")]
    [InlineData("REDIS_PORT")]
    [InlineData("REDIS_SERVICE_HOST")]
    [InlineData("DOTNET_ROOT")]
    [InlineData("DOTNET_RUNNING_IN_CONTAINER")]
    [InlineData("DOTNET_GCgen0size")]
    [InlineData("ASPNETCORE_HTTPS_PORT")]
    [InlineData("SSL_CERT_FILE")]
    [InlineData("HTTP_PROXY")]
    public void Variables_of_other_programs_cause_no_warning(string name) => Assert.Empty(Variables.Read(Environments.Production, (name, "hunter2")).Warnings);

    /// <remarks>Hosting platforms set DATABASE_URL automatically.</remarks>
    [Fact]
    public void A_missing_variable_is_refused_with_the_misspelled_one_that_is_set()
    {
        var lines = Variables.Refusal(
            Environments.Production, ("POSTGRES_URL", null), ("DATABASE_URL", "postgresql://u:hunter2@db/c"), ("JWT_SECRET_KEY", null),
            ("JWT_SECRET", "hunter2"));

        Assert.Contains(
            "DATABASE_URL is set", Assert.Single(lines, line => line.StartsWith("POSTGRES_URL must be set in Production", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.Contains(
            "JWT_SECRET is set", Assert.Single(lines, line => line.StartsWith("JWT_SECRET_KEY must be set in Production", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal));
        Assert.Empty(Variables.Read(Environments.Production, ("DATABASE_URL", "postgresql://u:hunter2@db/c")).Warnings);
    }

    [Fact]
    public async Task The_server_logs_the_warning_and_starts()
    {
        await using var server = ServerProcess.Start(
            ["--urls", "http://127.0.0.1:0"], ("DOTNET_ENVIRONMENT", "Production"), ("PUBLIC_URL", CortexApp.Issuer),
            ("POSTGRES_URL", await cluster.CreateDatabaseAsync()),
            ("SECRET_KEY", CortexApp.SecretKey), ("JWT_SECRET_KEY", CortexApp.JwtSecret), ("JWT_SECRET", "hunter2-hunter2"), ("RATE_LIMIT", "hunter2-hunter2"));

        await server.WaitForAddressAsync();

        Assert.Contains(
            "JWT_SECRET is set, but this server reads no variable of that name; JWT_SECRET_KEY is probably meant.", server.Output, StringComparison.Ordinal);
        Assert.Contains("RATE_LIMITS is probably meant.", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", server.Output, StringComparison.Ordinal);
    }
}
