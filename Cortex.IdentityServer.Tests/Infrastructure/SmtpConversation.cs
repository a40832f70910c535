using System.Text;
using MimeKit;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>One SMTP session with a client, which ends when the client disconnects or starts TLS.</summary>
internal sealed class SmtpConversation(SmtpListener server, Stream stream, bool isEncrypted, CancellationToken closing) : IDisposable
{
    private readonly StreamReader _reader = new(stream, Encoding.Latin1, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
    private readonly List<string> _to = [];
    private string _from = "";
    private string? _user;

    public void Dispose() => _reader.Dispose();

    /// <summary>Returns true if the client starts TLS, and false if the session has ended.</summary>
    public async Task<bool> RunAsync(bool sendsGreeting)
    {
        if (sendsGreeting && !await ReplyAsync(SmtpPhase.Greeting, "220 test ESMTP"))
        {
            return false;
        }

        while (await _reader.ReadLineAsync(closing) is { } line)
        {
            server.RecordLine(Utf8(line));
            var continues = line.Split(' ', ':')[0].ToUpperInvariant() switch
            {
                "EHLO" or "HELO" => await ReplyAsync(SmtpPhase.Ehlo, EhloReply()),
                "STARTTLS" when server.Certificate is not null && !isEncrypted => await ReplyAsync(SmtpPhase.StartTls, "220 go on"),
                "AUTH" => await LogInAsync(line.Split(' ')),
                "MAIL" when server.Login is not null && _user is null => await WriteReplyAsync("530 5.7.0 authentication required"),
                "MAIL" => StartMessage(line) && await ReplyAsync(SmtpPhase.MailFrom, "250 2.1.0 ok"),
                "RCPT" => await ReceiveRecipientAsync(Address(line)),
                "DATA" when _to.Count == 0 => await WriteReplyAsync("503 5.5.1 no recipient"),
                "DATA" => await ReceiveMessageAsync(),
                "RSET" => StartMessage("") && await WriteReplyAsync("250 2.0.0 ok"),
                "NOOP" => await WriteReplyAsync("250 2.0.0 ok"),
                "QUIT" => await ReplyAsync(SmtpPhase.Quit, "221 2.0.0 bye") && false,
                _ => await WriteReplyAsync("502 5.5.2 what?"),
            };
            if (!continues)
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

    /// <summary>Decodes a line that was read as Latin-1.</summary>
    private static string Utf8(string line) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(line));

    private static string Decoded(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    private string EhloReply()
    {
        List<string> extensions = ["test", "SIZE 1000000", "PIPELINING", "ENHANCEDSTATUSCODES"];
        if (server.Offers8Bit)
        {
            extensions.Add("8BITMIME");
        }

        if (server.OffersUtf8)
        {
            extensions.Add("SMTPUTF8");
        }

        if (server.Certificate is not null && !isEncrypted)
        {
            extensions.Add("STARTTLS");
        }

        if (server.Login is not null)
        {
            extensions.Add($"AUTH {server.Mechanisms}");
        }

        return string.Join("\r\n", extensions.Select((extension, index) => $"250{(index == extensions.Count - 1 ? ' ' : '-')}{extension}"));
    }

    private bool StartMessage(string line)
    {
        _from = line.Length > 0 ? Address(line) : "";
        _to.Clear();
        return true;
    }

    private async Task<bool> LogInAsync(string[] words)
    {
        var initialResponse = words.Length > 2 ? words[2] : null;
        string[] login;
        if (words[1].Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
        {
            login = Decoded(initialResponse ?? await ChallengeAsync("")).Split('\0')[1..];
        }
        else
        {
            login = [Decoded(initialResponse ?? await ChallengeAsync("VXNlcm5hbWU6")), Decoded(await ChallengeAsync("UGFzc3dvcmQ6"))];
        }

        if (server.Login is not var (user, password) || login[0] != user || login[1] != password)
        {
            return await WriteReplyAsync("535 5.7.8 wrong");
        }

        _user = user;
        return await ReplyAsync(SmtpPhase.Auth, "235 2.7.0 ok");
    }

    private async Task<string> ChallengeAsync(string challenge)
    {
        await WriteReplyAsync($"334 {challenge}");
        return await _reader.ReadLineAsync(closing) ?? "";
    }

    private async Task<bool> ReceiveRecipientAsync(string address)
    {
        _to.Add(address);
        var step = await ReachAsync(SmtpPhase.RcptTo, "250 2.1.5 ok");
        if (step == Step.Refused)
        {
            _to.Remove(address);
        }

        return step != Step.Closed;
    }

    private async Task<bool> ReceiveMessageAsync()
    {
        if (await ReachAsync(SmtpPhase.Data, "354 go on") is var asked && asked != Step.Replied)
        {
            return asked == Step.Refused;
        }

        using var content = new MemoryStream();
        while (await _reader.ReadLineAsync(closing) is { } line)
        {
            if (content.Length == 0 && await ReachAsync(SmtpPhase.Content) == Step.Closed)
            {
                return false;
            }

            if (line == ".")
            {
                return await ReachAsync(SmtpPhase.End) switch
                {
                    Step.Replied => await AcceptMessageAsync(content),
                    var ended => ended == Step.Refused,
                };
            }

            content.Write(Encoding.Latin1.GetBytes((line.StartsWith('.') ? line[1..] : line) + "\r\n"));
        }

        return false;
    }

    private async Task<bool> AcceptMessageAsync(MemoryStream content)
    {
        content.Position = 0;
        server.Accept(
            new(await MimeMessage.LoadAsync(content, closing), _from, [.. _to], isEncrypted, _user, Encoding.UTF8.GetString(content.ToArray())));
        return await ReplyAsync(SmtpPhase.Accepted, "250 2.0.0 taken");
    }

    /// <summary>Returns false if the connection is to be closed.</summary>
    private async Task<bool> ReplyAsync(SmtpPhase phase, string reply) => await ReachAsync(phase, reply) != Step.Closed;

    private async Task<Step> ReachAsync(SmtpPhase phase, string? reply = null)
    {
        var (fault, recovered) = server.Enter(phase, _to);
        if (fault == SmtpFault.Drop)
        {
            return Step.Closed;
        }

        if (fault == SmtpFault.Stall)
        {
            await Task.Delay(Timeout.Infinite, closing);
        }

        if (fault == SmtpFault.Hold)
        {
            await recovered.WaitAsync(closing);
        }

        if ((fault?.Reply ?? reply) is { } text)
        {
            await WriteReplyAsync(text);
        }

        return fault?.Reply is null ? Step.Replied : Step.Refused;
    }

    private async Task<bool> WriteReplyAsync(string reply)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(reply + "\r\n"), closing);
        return true;
    }

    private enum Step
    {
        Replied,
        Refused,
        Closed,
    }
}
