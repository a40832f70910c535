using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <summary>Each keyword in POSTGRES_URL works with a real PostgreSQL, or the server stops with one line.</summary>
public sealed class PostgresKeywordTests(CortexApp app, PostgresCluster cluster) : IClassFixture<CortexApp>
{
    [Theory]
    [InlineData("Pooling=false")]
    [InlineData("Enlist=true")]
    [InlineData("Max Auto Prepare=1")]
    [InlineData("Max Auto Prepare=0")]
    [InlineData("Command Timeout=0")]
    [InlineData("Timeout=0")]
    [InlineData("Timezone=Asia/Kolkata")]
    [InlineData("Search Path=public")]
    [InlineData("Client Encoding=UTF8")]
    [InlineData("Maximum Pool Size=4")]
    [InlineData("Minimum Pool Size=5")]
    [InlineData("No Reset On Close=false")]
    [InlineData("Keepalive=1;TCP Keepalive=true;TCP Keepalive Time=30;TCP Keepalive Interval=5")]
    [InlineData("Target Session Attributes=primary")]
    [InlineData("Target Session Attributes=read-write")]
    [InlineData("Load Balance Hosts=true")]
    [InlineData("Options=-c statement_timeout=5s")]
    [InlineData("Load Table Composites=true")]
    public async Task A_supported_keyword_works(string keywords)
    {
        using var http = app.StartReplica(out var replica, ("POSTGRES_URL", $"{app.ConnectionString};{keywords}"));
        using var ends = replica;
        var user = new { email = app.NewEmail(), password = TestUser.DefaultPassword };

        await (await http.PostAsync("/api/v1/auth/register", user)).JsonAsync(System.Net.HttpStatusCode.Created);
        await (await http.PostAsync("/api/v1/auth/login", user)).JsonAsync(System.Net.HttpStatusCode.OK);
        await (await http.FetchAsync("/health/ready")).JsonAsync(System.Net.HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Multiplexing=true")]
    [InlineData("Read Buffer Size=1")]
    [InlineData("Timezone=Nowhere/Land")]
    [InlineData("Options=garbage")]
    [InlineData("Options=-c nonsense=1")]
    public async Task An_unsupported_keyword_stops_the_server_with_one_line_that_names_the_variable(string keywords)
    {
        var database = await cluster.CreateDatabaseAsync();
        var run = await ServerProcess.RunAsync(
            [], ("DOTNET_ENVIRONMENT", "Production"), ("PUBLIC_URL", "https://id.example.com"), ("JWT_SECRET_KEY", CortexApp.JwtSecret),
            ("SECRET_KEY", CortexApp.SecretKey), ("POSTGRES_URL", $"{database};{keywords}"));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("POSTGRES_URL", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
    }
}
