namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>The states of a usage event that Polar hasn't accepted, as shown to clients.</summary>
internal static class UnacceptedState
{
    /// <summary>The event will be sent, or sent again.</summary>
    public const string Waiting = "waiting";

    /// <summary>Polar has refused the event, and an administrator has to look at it.</summary>
    public const string Refused = "refused";

    public static readonly string[] All = [Waiting, Refused];
}
