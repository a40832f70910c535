namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>What became of the attempt to send a batch of events.</summary>
internal abstract record MeterDelivery
{
    private MeterDelivery()
    {
    }

    /// <summary>No event is due, or another replica is sending.</summary>
    internal sealed record Nothing : MeterDelivery;

    /// <summary>Polar has accepted events or refused them one by one, so the next batch can be sent.</summary>
    internal sealed record Done : MeterDelivery;

    /// <summary>Polar doesn't answer, or not now. The same events are sent again later.</summary>
    /// <param name="RetryAfter">How long to wait, if that is known.</param>
    internal sealed record Later(TimeSpan? RetryAfter) : MeterDelivery;

    /// <summary>Polar refuses whatever is sent, so it needs an operator. The same events are sent again, rarely.</summary>
    internal sealed record Blocked : MeterDelivery;
}
