using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>
/// The server with the built console, at an address that browsers allow passkeys for. The line to it can be cut; browsers can't tell that from a killed
/// server.
/// </summary>
public class ConsoleApp : CortexApp
{
    private readonly int _port = FreePort();
    private readonly CuttableProxy _line;

    public ConsoleApp(PostgresCluster cluster)
        : base(cluster) => _line = new("127.0.0.1", _port);

    public Uri PublicUrl => new($"http://{Host}:{_line.Port}");

    /// <summary>The name that browsers find the server under. To browsers, <c>localhost</c> is as safe as TLS.</summary>
    protected virtual string Host => "localhost";

    /// <summary>Where the build puts the console, if it found Node.js.</summary>
    internal static string BuiltConsole { get; } = Path.Combine(AppContext.BaseDirectory, "console");

    protected override string ConsoleFolder => BuiltConsole;

    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("urls", $"http://127.0.0.1:{_port}"), ("PUBLIC_URL", PublicUrl.GetLeftPart(UriPartial.Authority))];

    public Task CutLineAsync() => _line.CutAsync();

    public void RestoreLine() => _line.Restore();

    public override async ValueTask DisposeAsync()
    {
        await _line.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }
}
