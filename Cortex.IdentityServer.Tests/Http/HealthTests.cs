using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

public sealed class HealthTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Theory]
    [InlineData("/health")]
    [InlineData("/health/ready")]
    public async Task A_working_server_reports_that_it_is_healthy(string path)
    {
        var answer = await (await app.Anonymous().GetAsync(path, TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(["status", "service", "version", "database"], answer.EnumerateObject().Select(field => field.Name));
        Assert.Equal("healthy", answer.GetProperty("status").GetString());
        Assert.Equal("Cortex Memory Auth Server", answer.GetProperty("service").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", answer.GetProperty("version").GetString());
        Assert.Equal("connected", answer.GetProperty("database").GetString());
    }

    [Fact]
    public async Task A_live_process_reports_that_it_is_healthy()
    {
        var answer = await (await app.Anonymous().GetAsync("/health/live", TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal("healthy", Assert.Single(answer.EnumerateObject()).Value.GetString());
    }
}
