using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MimeKit;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>How far a conversation with a mail server is.</summary>
internal enum SmtpPhase
{
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    MailFrom,
    RcptTo,
    Data,

    /// <summary>The first line of a mail has come.</summary>
    Content,

    /// <summary>A mail has come and is not taken yet.</summary>
    End,

    /// <summary>It is taken, and that is not said yet.</summary>
    Accepted,
    Quit,
}

/// <summary>What a mail server does instead of its part.</summary>
internal sealed class SmtpFault
{
    private SmtpFault()
    {
    }

    public string? Reply { get; private init; }

    public static SmtpFault Drop { get; } = new();

    /// <summary>Never answers.</summary>
    public static SmtpFault Stall { get; } = new();

    /// <summary>Answers when it behaves well again.</summary>
    public static SmtpFault Hold { get; } = new();

    public static SmtpFault ReplyWith(string reply) => new() { Reply = reply };
}

/// <summary>A mail that came, with its envelope, how it came and what it was on the wire.</summary>
internal sealed record ReceivedEmail(MimeMessage Message, string From, IReadOnlyList<string> To, bool IsEncrypted, string? User, string Raw);

/// <summary>A mail server on a real socket, which a test can let fail at each step.</summary>
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

    /// <summary>Whom it wants to log in; nobody where this is null.</summary>
    public (string User, string Password)? Login { get; init; }

    /// <summary>How.</summary>
    public string Mechanisms { get; init; } = "PLAIN LOGIN";

    /// <summary>With one it offers STARTTLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Takes addresses that aren't ASCII (RFC 6531).</summary>
    public bool OffersUtf8 { get; init; }

    /// <summary>Without it every mail has to be made 7-bit.</summary>
    public bool Offers8Bit { get; init; } = true;

    /// <summary>TLS from the first byte.</summary>
    public bool IsTls { get; init; }

    public IReadOnlyList<ReceivedEmail> Received => [.. _received];

    /// <summary>Every command that came, with what came encrypted, and no line of a mail.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>The mails for an address.</summary>
    public List<ReceivedEmail> For(string email) => [.. _received.Where(mail => mail.To.Contains(email, StringComparer.OrdinalIgnoreCase))];

    /// <summary>How often a conversation came to this.</summary>
    public int TimesReached(SmtpPhase phase) => _reached.GetValueOrDefault(phase);

    /// <summary>Fails from now on at a step, for mails to an address if one is given.</summary>
    public void FailAt(SmtpPhase phase, SmtpFault fault, string to = "") =>
        _fault = (at, recipients) => at == phase && recipients.Contains(to, StringComparison.OrdinalIgnoreCase) ? fault : null;

    public void ClearFaults()
    {
        _fault = (_, _) => null;
        Interlocked.Exchange(ref _recovered, NewSignal()).SetResult();
    }

    /// <summary>Forgets what came.</summary>
    public void Clear()
    {
        _received.Clear();
        _lines.Clear();
        _reached.Clear();
    }

    /// <summary>Nothing to do where it is open.</summary>
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

    /// <summary>Ends what is open and refuses what comes.</summary>
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

    /// <summary>A conversation has come to a step: what to do there, if not what is usual, and what ends a <see cref="SmtpFault.Hold"/>.</summary>
    internal (SmtpFault? Fault, Task Well) Enter(SmtpPhase phase, IReadOnlyList<string> recipients)
    {
        var well = _recovered.Task;

        // Before a test can see how far this is: it may then change what happens from here on.
        var fault = _fault(phase, string.Join(' ', recipients));
        _reached.AddOrUpdate(phase, 1, (_, times) => times + 1);
        return (fault, well);
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
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException)
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
        catch (Exception ended) when (ended is IOException or SocketException or ObjectDisposedException or OperationCanceledException
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
