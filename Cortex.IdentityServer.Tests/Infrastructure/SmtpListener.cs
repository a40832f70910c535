using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MimeKit;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>The steps of an SMTP session.</summary>
internal enum SmtpPhase
{
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    MailFrom,
    RcptTo,
    Data,

    /// <summary>The first line of the message has arrived.</summary>
    Content,

    /// <summary>The whole message has arrived and hasn't been accepted yet.</summary>
    End,

    /// <summary>The message has been accepted, but the reply hasn't been sent yet.</summary>
    Accepted,
    Quit,
}

/// <summary>A fault that a mail server shows instead of its usual reply.</summary>
internal sealed class SmtpFault
{
    private SmtpFault()
    {
    }

    public string? Reply { get; private init; }

    public static SmtpFault Drop { get; } = new();

    /// <summary>Never replies.</summary>
    public static SmtpFault Stall { get; } = new();

    /// <summary>Replies once the fault is cleared.</summary>
    public static SmtpFault Hold { get; } = new();

    public static SmtpFault ReplyWith(string reply) => new() { Reply = reply };
}

/// <summary>An email that the server accepted, with its envelope, the state of its connection, and its raw text.</summary>
internal sealed record ReceivedEmail(MimeMessage Message, string From, IReadOnlyList<string> To, bool IsEncrypted, string? User, string Raw);

/// <summary>A mail server on a real socket that a test can make fail at each step.</summary>
internal sealed class SmtpListener : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedEmail> _received = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentDictionary<SmtpPhase, int> _reached = new();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly IPAddress _address;
    private volatile Func<SmtpPhase, string, SmtpFault?> _fault = (_, _) => null;
    private TaskCompletionSource _recovered = NewSignal();
    private CancellationTokenSource? _closing;
    private Socket? _listener;

    public SmtpListener(IPAddress? address = null)
    {
        _address = address ?? IPAddress.Loopback;
        Open();
    }

    public int Port { get; private set; }

    /// <summary>The required credentials, or null if clients don't have to log in.</summary>
    public (string User, string Password)? Login { get; init; }

    /// <summary>The AUTH mechanisms that it offers.</summary>
    public string Mechanisms { get; init; } = "PLAIN LOGIN";

    /// <summary>The certificate for TLS. If it is set, the server offers STARTTLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether it accepts addresses that aren't ASCII (RFC 6531).</summary>
    public bool OffersUtf8 { get; init; }

    /// <summary>Whether it accepts 8-bit messages.</summary>
    public bool Offers8Bit { get; init; } = true;

    /// <summary>Whether it uses TLS from the first byte.</summary>
    public bool IsTls { get; init; }

    public IReadOnlyList<ReceivedEmail> Received => [.. _received];

    /// <summary>Every command that it received, over TLS or not, without the lines of messages.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>Returns the emails to an address.</summary>
    public List<ReceivedEmail> For(string email) => [.. _received.Where(mail => mail.To.Contains(email, StringComparer.OrdinalIgnoreCase))];

    /// <summary>Returns how often a session reached a step.</summary>
    public int TimesReached(SmtpPhase phase) => _reached.GetValueOrDefault(phase);

    /// <summary>Fails at a step from now on, only for emails to an address if one is given.</summary>
    public void FailAt(SmtpPhase phase, SmtpFault fault, string to = "") =>
        _fault = (at, recipients) => at == phase && recipients.Contains(to, StringComparison.OrdinalIgnoreCase) ? fault : null;

    public void ClearFaults()
    {
        _fault = (_, _) => null;
        Interlocked.Exchange(ref _recovered, NewSignal()).SetResult();
    }

    /// <summary>Forgets everything that it received.</summary>
    public void Clear()
    {
        _received.Clear();
        _lines.Clear();
        _reached.Clear();
    }

    /// <summary>Accepts connections, unless it already does.</summary>
    public void Open()
    {
        if (_listener is not null)
        {
            return;
        }

        _closing = new();
        _listener = new(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(_address, Port));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _ = AcceptAsync(_listener, _closing.Token);
    }

    /// <summary>Closes the open connections and refuses new ones.</summary>
    public async Task CloseAsync()
    {
        if (_listener is not null)
        {
            _listener.Dispose();
            _listener = null;
            await _closing!.CancelAsync();
            await Task.WhenAll(_conversations);
            _closing.Dispose();
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    /// <summary>
    /// Counts that a session has reached a step. Returns the fault to show there, if any, and the task that ends a <see cref="SmtpFault.Hold"/>.
    /// </summary>
    internal (SmtpFault? Fault, Task Recovered) Enter(SmtpPhase phase, IReadOnlyList<string> recipients)
    {
        var recovered = _recovered.Task;

        // The fault has to be read before the step is counted, because a test may clear the fault as soon as it sees the count.
        var fault = _fault(phase, string.Join(' ', recipients));
        _reached.AddOrUpdate(phase, 1, (_, times) => times + 1);
        return (fault, recovered);
    }

    internal void RecordLine(string line) => _lines.Enqueue(line);

    internal void Accept(ReceivedEmail mail) => _received.Enqueue(mail);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AcceptAsync(Socket listener, CancellationToken closing)
    {
        try
        {
            while (true)
            {
                _conversations.Add(ConverseAsync(await listener.AcceptAsync(closing), closing));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }

    private async Task ConverseAsync(Socket socket, CancellationToken closing)
    {
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (IsTls)
            {
                stream = await EncryptAsync(stream, closing);
            }

            using var conversation = new SmtpConversation(this, stream, IsTls, closing);
            if (await conversation.RunAsync(sendsGreeting: true))
            {
                stream = await EncryptAsync(stream, closing);
                using var encrypted = new SmtpConversation(this, stream, isEncrypted: true, closing);
                await encrypted.RunAsync(sendsGreeting: false);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException
            or System.Security.Authentication.AuthenticationException)
        {
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    private async Task<Stream> EncryptAsync(Stream stream, CancellationToken closing)
    {
        var encrypted = new SslStream(stream);
        await encrypted.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, closing);
        return encrypted;
    }
}
