using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
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
    Taken,
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

    public static SmtpFault Say(string reply) => new() { Reply = reply };
}

/// <summary>A mail that came, with its envelope, how it came and what it was on the wire.</summary>
internal sealed record ReceivedMail(MimeMessage Message, string From, IReadOnlyList<string> To, bool IsEncrypted, string? User, string Raw);

/// <summary>A mail server on a real socket, which a test can let fail at each step.</summary>
internal sealed class SmtpListener : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedMail> _received = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentDictionary<SmtpPhase, int> _reached = new();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly IPAddress _address;
    private volatile Func<SmtpPhase, string, SmtpFault?> _fault = (_, _) => null;
    private TaskCompletionSource _well = NewWell();
    private CancellationTokenSource? _open;
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

    public IReadOnlyList<ReceivedMail> Received => [.. _received];

    /// <summary>Every command that came, with what came encrypted, and no line of a mail.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>The mails for an address.</summary>
    public List<ReceivedMail> For(string email) => [.. _received.Where(mail => mail.To.Contains(email, StringComparer.OrdinalIgnoreCase))];

    /// <summary>How often a conversation came to this.</summary>
    public int Reached(SmtpPhase phase) => _reached.GetValueOrDefault(phase);

    /// <summary>Fails from now on at a step, for mails to an address if one is given.</summary>
    public void FailAt(SmtpPhase phase, SmtpFault fault, string to = "") =>
        _fault = (at, recipients) => at == phase && recipients.Contains(to, StringComparison.OrdinalIgnoreCase) ? fault : null;

    public void BehaveWell()
    {
        _fault = (_, _) => null;
        Interlocked.Exchange(ref _well, NewWell()).SetResult();
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

        _open = new();
        _listener = new(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(_address, Port));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _ = AcceptAsync(_listener, _open.Token);
    }

    /// <summary>Ends what is open and refuses what comes.</summary>
    public async Task CloseAsync()
    {
        if (_listener is not null)
        {
            _listener.Dispose();
            _listener = null;
            await _open!.CancelAsync();
            await Task.WhenAll(_conversations);
            _open.Dispose();
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private static TaskCompletionSource NewWell() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AcceptAsync(Socket listener, CancellationToken closing)
    {
        try
        {
            while (true)
            {
                _conversations.Add(TalkAsync(await listener.AcceptAsync(closing), closing));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }

    private async Task TalkAsync(Socket socket, CancellationToken closing)
    {
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (IsTls)
            {
                stream = await EncryptAsync(stream, closing);
            }

            using var conversation = new Conversation(this, stream, IsTls, closing);
            if (await conversation.RunAsync(greets: true))
            {
                stream = await EncryptAsync(stream, closing);
                using var encrypted = new Conversation(this, stream, isEncrypted: true, closing);
                await encrypted.RunAsync(greets: false);
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

    private sealed class Conversation(SmtpListener server, Stream stream, bool isEncrypted, CancellationToken closing) : IDisposable
    {
        private readonly StreamReader _reader = new(stream, Encoding.Latin1, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        private readonly List<string> _to = [];
        private string _from = "";
        private string? _user;

        public void Dispose() => _reader.Dispose();

        /// <summary>True when it is to go on encrypted, false when it is over.</summary>
        public async Task<bool> RunAsync(bool greets)
        {
            if (greets && !await AnswerAsync(SmtpPhase.Greeting, "220 test ESMTP"))
            {
                return false;
            }

            while (await _reader.ReadLineAsync(closing) is { } line)
            {
                server._lines.Enqueue(Utf8(line));
                var goesOn = line.Split(' ', ':')[0].ToUpperInvariant() switch
                {
                    "EHLO" or "HELO" => await AnswerAsync(SmtpPhase.Ehlo, Offers()),
                    "STARTTLS" when server.Certificate is not null && !isEncrypted => await AnswerAsync(SmtpPhase.StartTls, "220 go on"),
                    "AUTH" => await LogInAsync(line.Split(' ')),
                    "MAIL" when server.Login is not null && _user is null => await SayAsync("530 5.7.0 authentication required"),
                    "MAIL" => Begin(line) && await AnswerAsync(SmtpPhase.MailFrom, "250 2.1.0 ok"),
                    "RCPT" => await TakeRecipientAsync(Address(line)),
                    "DATA" when _to.Count == 0 => await SayAsync("503 5.5.1 no recipient"),
                    "DATA" => await TakeMailAsync(),
                    "RSET" => Begin("") && await SayAsync("250 2.0.0 ok"),
                    "NOOP" => await SayAsync("250 2.0.0 ok"),
                    "QUIT" => await AnswerAsync(SmtpPhase.Quit, "221 2.0.0 bye") && false,
                    _ => await SayAsync("502 5.5.2 what?"),
                };
                if (!goesOn)
                {
                    return false;
                }

                if (line.Equals("STARTTLS", StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }

            return false;
        }

        private static string Address(string line) =>
            Utf8(line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)]);

        /// <summary>What was read byte by byte.</summary>
        private static string Utf8(string line) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(line));

        private static string Decoded(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

        private string Offers()
        {
            List<string> offers = ["test", "SIZE 1000000", "PIPELINING", "ENHANCEDSTATUSCODES"];
            if (server.Offers8Bit)
            {
                offers.Add("8BITMIME");
            }

            if (server.OffersUtf8)
            {
                offers.Add("SMTPUTF8");
            }

            if (server.Certificate is not null && !isEncrypted)
            {
                offers.Add("STARTTLS");
            }

            if (server.Login is not null)
            {
                offers.Add($"AUTH {server.Mechanisms}");
            }

            return string.Join("\r\n", offers.Select((offer, index) => $"250{(index == offers.Count - 1 ? ' ' : '-')}{offer}"));
        }

        private bool Begin(string line)
        {
            _from = line.Length > 0 ? Address(line) : "";
            _to.Clear();
            return true;
        }

        private async Task<bool> LogInAsync(string[] words)
        {
            var given = words.Length > 2 ? words[2] : null;
            string[] login;
            if (words[1].Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
            {
                login = Decoded(given ?? await AskAsync("")).Split('\0')[1..];
            }
            else
            {
                login = [Decoded(given ?? await AskAsync("VXNlcm5hbWU6")), Decoded(await AskAsync("UGFzc3dvcmQ6"))];
            }

            if (server.Login is not var (user, password) || login[0] != user || login[1] != password)
            {
                return await SayAsync("535 5.7.8 wrong");
            }

            _user = user;
            return await AnswerAsync(SmtpPhase.Auth, "235 2.7.0 ok");
        }

        private async Task<string> AskAsync(string question)
        {
            await SayAsync($"334 {question}");
            return await _reader.ReadLineAsync(closing) ?? "";
        }

        private async Task<bool> TakeRecipientAsync(string address)
        {
            _to.Add(address);
            var step = await StepAsync(SmtpPhase.RcptTo, "250 2.1.5 ok");
            if (step == Step.Refused)
            {
                _to.Remove(address);
            }

            return step != Step.Over;
        }

        private async Task<bool> TakeMailAsync()
        {
            if (await StepAsync(SmtpPhase.Data, "354 go on") is var asked && asked != Step.Done)
            {
                return asked == Step.Refused;
            }

            using var content = new MemoryStream();
            while (await _reader.ReadLineAsync(closing) is { } line)
            {
                if (content.Length == 0 && await StepAsync(SmtpPhase.Content) == Step.Over)
                {
                    return false;
                }

                if (line == ".")
                {
                    return await StepAsync(SmtpPhase.End) switch
                    {
                        Step.Done => await TakeAsync(content),
                        var ended => ended == Step.Refused,
                    };
                }

                content.Write(Encoding.Latin1.GetBytes((line.StartsWith('.') ? line[1..] : line) + "\r\n"));
            }

            return false;
        }

        private async Task<bool> TakeAsync(MemoryStream content)
        {
            content.Position = 0;
            server._received.Enqueue(
                new(await MimeMessage.LoadAsync(content, closing), _from, [.. _to], isEncrypted, _user, Encoding.UTF8.GetString(content.ToArray())));
            return await AnswerAsync(SmtpPhase.Taken, "250 2.0.0 taken");
        }

        /// <summary>False when it is over.</summary>
        private async Task<bool> AnswerAsync(SmtpPhase phase, string reply) => await StepAsync(phase, reply) != Step.Over;

        private async Task<Step> StepAsync(SmtpPhase phase, string? reply = null)
        {
            var well = server._well.Task;

            // Before a test can see how far this is: it may then change what happens from here on.
            var fault = server._fault(phase, string.Join(' ', _to));
            server._reached.AddOrUpdate(phase, 1, (_, times) => times + 1);
            if (fault == SmtpFault.Drop)
            {
                return Step.Over;
            }

            if (fault == SmtpFault.Stall)
            {
                await Task.Delay(Timeout.Infinite, closing);
            }

            if (fault == SmtpFault.Hold)
            {
                await well.WaitAsync(closing);
            }

            if ((fault?.Reply ?? reply) is { } text)
            {
                await SayAsync(text);
            }

            return fault?.Reply is null ? Step.Done : Step.Refused;
        }

        private async Task<bool> SayAsync(string reply)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(reply + "\r\n"), closing);
            return true;
        }

        private enum Step
        {
            Done,
            Refused,
            Over,
        }
    }
}
