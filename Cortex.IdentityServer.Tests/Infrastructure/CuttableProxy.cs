using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A TCP proxy in front of PostgreSQL that a test can cut and restore.</summary>
internal sealed class CuttableProxy : IAsyncDisposable
{
    private volatile EndPoint _target;
    private readonly ConcurrentBag<Socket> _open = [];
    private readonly ConcurrentDictionary<Socket, string> _startMessages = new();
    private volatile string? _refused;
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    public CuttableProxy(string host, int port)
    {
        _target = ToEndPoint(host, port);
        Restore();
    }

    public int Port { get; private set; }

    /// <summary>Redirects new connections, as a DNS change would. Open connections stay where they are.</summary>
    public void Retarget(string host, int port) => _target = ToEndPoint(host, port);

    /// <summary>Accepts connections again, unless it already does.</summary>
    public void Restore()
    {
        if (_listener is not null)
        {
            return;
        }

        _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>Closes only the connections of an application (<c>application_name</c>), and refuses new ones of it; null refuses none.</summary>
    public void Refuse(string? application)
    {
        _refused = application;
        foreach (var (client, _) in _startMessages.Where(entry => IsRefused(entry.Value)))
        {
            client.Dispose();
        }
    }

    /// <summary>Closes the open connections and refuses new ones.</summary>
    public async Task CutAsync()
    {
        _listener?.Dispose();
        _listener = null;
        await _accepting;
        while (_open.TryTake(out var socket))
        {
            socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync() => await CutAsync();

    private static EndPoint ToEndPoint(string host, int port) =>
        host.StartsWith('/') ? new UnixDomainSocketEndPoint($"{host}/.s.PGSQL.{port}") : new IPEndPoint(IPAddress.Parse(host), port);

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync();
                var target = _target;
                var server = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
                _open.Add(client);
                _open.Add(server);
                _ = ConnectAsync(client, server, target);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
        }
    }

    private bool IsRefused(string startMessage) => _refused is { } application && startMessage.Contains(application, StringComparison.Ordinal);

    /// <summary>Connects a client to PostgreSQL, or closes the client's connection if PostgreSQL is unreachable.</summary>
    private async Task ConnectAsync(Socket client, Socket server, EndPoint target)
    {
        try
        {
            await server.ConnectAsync(target);

            // The client speaks first. Without TLS, its first message names the application.
            var start = new byte[4096];
            var count = await client.ReceiveAsync(start);
            var message = _startMessages[client] = Encoding.Latin1.GetString(start, 0, count);
            if (IsRefused(message))
            {
                client.Dispose();
                server.Dispose();
                return;
            }

            await server.SendAsync(start.AsMemory(0, count));
            _ = PumpAsync(client, server);
            _ = PumpAsync(server, client);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            client.Dispose();
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
            {
                await to.SendAsync(buffer.AsMemory(0, count));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
