namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>Who waits for Polar's answer.</summary>
internal enum PolarPriority
{
    /// <summary>A person in front of a browser. There is an answer within ten seconds.</summary>
    People,

    /// <summary>Background work, which leaves a part of Polar's rate limit to people. There is an answer within 30 seconds.</summary>
    Background,
}
