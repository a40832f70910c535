using System.Text;
using MimeKit;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>What a mail server and one client say to each other, until the client leaves or wants to go on encrypted.</summary>
internal sealed class SmtpConversation(SmtpListener server, Stream stream, bool isEncrypted, CancellationToken closing) : IDisposable
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
            server.Note(Utf8(line));
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
        server.Take(
            new(await MimeMessage.LoadAsync(content, closing), _from, [.. _to], isEncrypted, _user, Encoding.UTF8.GetString(content.ToArray())));
        return await AnswerAsync(SmtpPhase.Taken, "250 2.0.0 taken");
    }

    /// <summary>False when it is over.</summary>
    private async Task<bool> AnswerAsync(SmtpPhase phase, string reply) => await StepAsync(phase, reply) != Step.Over;

    private async Task<Step> StepAsync(SmtpPhase phase, string? reply = null)
    {
        var (fault, well) = server.Reach(phase, _to);
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
