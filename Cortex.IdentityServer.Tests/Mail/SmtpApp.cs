using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>A server with its own mail server, whose password has to be percent-encoded.</summary>
public sealed class SmtpApp(PostgresCluster cluster) : CortexApp(cluster)
{
    public const string User = "cortex@mail.example";
    public const string Password = "p@ss/w:rd%+ 1";

    internal SmtpListener Smtp { get; } = new() { Login = (User, Password) };

    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("SMTP_URL", UrlOf("smtp", "127.0.0.1", Smtp.Port)), ("EMAIL_FROM", "Cortex Memory <no-reply@cortex.example>")];

    internal static string UrlOf(string scheme, string host, int port) =>
        $"{scheme}://{Uri.EscapeDataString(User)}:{Uri.EscapeDataString(Password)}@{host}:{port}";

    /// <summary>Before each test, makes the mail server available and empties the outbox.</summary>
    internal async Task ResetAsync()
    {
        await Smtp.CloseAsync();
        Smtp.ClearFaults();
        Smtp.Open();
        await SqlAsync("DELETE FROM outbox_mails");

        // The sender may still be pausing after an outage of the mail server.
        Clock.Advance(TimeSpan.FromMinutes(1));
        Smtp.Clear();
    }

    /// <summary>Delivers one more email. Every email that was due before it has been attempted by then.</summary>
    internal async Task DeliverAnotherAsync()
    {
        var email = NewEmail();
        await this.EnqueueAsync(email);
        await OutboxSteps.UntilAsync($"an email to {email}", () => Smtp.For(email).Count == 1);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Smtp.DisposeAsync();
    }
}

/// <summary>A server in Production without SMTP_URL, whose emails wait for a replica that can send them.</summary>
public sealed class NoSmtpApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override string Environment => "Production";

    /// <summary>Starts a replica that sends emails through a mail server.</summary>
    internal IDisposable StartSender(string smtpUrl, params (string Name, string Value)[] settings)
    {
        StartReplica(out var replica, [("SMTP_URL", smtpUrl), ("EMAIL_FROM", "no-reply@cortex.example"), .. settings]);
        return replica;
    }
}
