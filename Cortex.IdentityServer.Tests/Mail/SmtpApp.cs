using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>A server with a mail server, which wants a password that has to be percent-encoded.</summary>
public sealed class SmtpApp(PostgresCluster cluster) : CortexApp(cluster)
{
    public const string User = "cortex@mail.example";
    public const string Password = "p@ss/w:rd%+ 1";

    internal SmtpListener Smtp { get; } = new() { Login = (User, Password) };

    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("SMTP_URL", UrlOf("smtp", "127.0.0.1", Smtp.Port)), ("EMAIL_FROM", "Cortex Memory <no-reply@cortex.example>")];

    internal static string UrlOf(string scheme, string host, int port) =>
        $"{scheme}://{Uri.EscapeDataString(User)}:{Uri.EscapeDataString(Password)}@{host}:{port}";

    /// <summary>Before each test: the mail server is there, and there is nothing to send.</summary>
    internal async Task ResetAsync()
    {
        await Smtp.CloseAsync();
        Smtp.ClearFaults();
        Smtp.Open();
        await SqlAsync("DELETE FROM outbox_mails");

        // No pause is left after a mail server that was away.
        Clock.Advance(TimeSpan.FromMinutes(1));
        Smtp.Clear();
    }

    /// <summary>One more mail goes: what was due before it has had its turn.</summary>
    internal async Task DeliverAnotherAsync()
    {
        var email = NewEmail();
        await this.EnqueueAsync(email);
        await OutboxSteps.UntilAsync($"a mail to {email}", () => Smtp.For(email).Count == 1);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Smtp.DisposeAsync();
    }
}

/// <summary>Production without SMTP_URL: its mails wait for a replica that sends.</summary>
public sealed class NoSmtpApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override string Environment => "Production";

    /// <summary>A replica that sends through this mail server.</summary>
    internal IDisposable StartSender(string smtpUrl, params (string Name, string Value)[] settings)
    {
        StartReplica(out var replica, [("SMTP_URL", smtpUrl), ("EMAIL_FROM", "no-reply@cortex.example"), .. settings]);
        return replica;
    }
}
