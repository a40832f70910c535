using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data.Gauges;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Counts emails by what became of them, and shows those that wait.</summary>
internal sealed class MailMetrics(IMeterFactory meters) : IObservedMetrics
{
    public static readonly DatabaseGauge[] Outbox =
    [
        new("cortex.mail.outbox.waiting", "{email}", "Emails that wait to be sent.", "SELECT count(*) FROM outbox_mails WHERE expires_at > $1"),
        new(
            "cortex.mail.outbox.oldest", "s", "The age of the oldest email that waits to be sent; 0 if there is none.",
            "SELECT extract(epoch FROM $1 - min(created_at)) FROM outbox_mails WHERE expires_at > $1"),
    ];

    private readonly Counter<long> _attempts = meters.Create(Product.TelemetryName).CreateCounter<long>(
        "cortex.mail.attempts", "{attempt}", "Attempts to send an email, by outcome: sent, deferred, rejected, interrupted, or unreachable.");

    public void AddTo(Meter meter) => _attempts.ShowEach("outcome", ["sent", "deferred", "rejected", "interrupted", "unreachable"]);

    public void Count(MailOutcome outcome) => _attempts.Add(1, new KeyValuePair<string, object?>("outcome", outcome switch
    {
        MailOutcome.Sent => "sent",
        MailOutcome.Deferred => "deferred",
        MailOutcome.Rejected => "rejected",
        MailOutcome.Interrupted => "interrupted",
        _ => "unreachable",
    }));
}
