using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <remarks>It reads no settings: in Production, where nothing is set, it works.</remarks>
public sealed class HealthcheckTests(PostgresCluster cluster)
{
    private static readonly (string, string) Production = ("DOTNET_ENVIRONMENT", "Production");

    [Fact]
    public async Task A_healthy_server_is_found_by_its_address_or_by_the_variables_of_its_container()
    {
        await using var server = await Replica.StartAsync(await cluster.CreateDatabaseAsync());
        var port = $"{server.Address.Port}";
        foreach (var run in new[]
        {
            await ServerProcess.RunAsync(["healthcheck", "--url", server.Address.AbsoluteUri], Production),
            await ServerProcess.RunAsync(["healthcheck", server.Address.AbsoluteUri], Production),
            await ServerProcess.RunAsync(["healthcheck"], Production, ("ASPNETCORE_HTTP_PORTS", port)),
            await ServerProcess.RunAsync(["healthcheck"], Production, ("ASPNETCORE_URLS", $"https://+:1;http://+:{port}"), ("ASPNETCORE_HTTP_PORTS", "1")),
        })
        {
            Assert.Equal("healthy", Assert.Single(run.ShouldEndWith(0).OutputLines()));
            Assert.Empty(run.ErrorLines);
        }
    }

    [Fact]
    public async Task A_server_that_is_not_well_and_one_that_is_not_there_are_one_line_each()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        var answering = AnswerAsync(listener, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        var ill = (await ServerProcess.RunAsync(["healthcheck", "--url", address], Production)).ShouldEndWith(1);
        await answering;
        listener.Stop();
        var none = (await ServerProcess.RunAsync(["healthcheck", "--url", address], Production)).ShouldEndWith(1);

        Assert.Contains("503", Assert.Single(ill.ErrorLines), StringComparison.Ordinal);
        Assert.Contains(address, Assert.Single(none.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(ill.Output + none.Output);
    }

    private static async Task AnswerAsync(TcpListener listener, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        _ = await stream.ReadAsync(new byte[4096], TestContext.Current.CancellationToken);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
    }
}
