namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>Reads how long Polar asks us to wait.</summary>
internal static class PolarWaits
{
    /// <summary>Returns the time in the header <c>Retry-After</c>; null without it.</summary>
    /// <remarks>A date counts from the answer's own date, so that no clock has to be right.</remarks>
    public static TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } until } when response.Headers.Date is { } sent => until > sent ? until - sent : TimeSpan.Zero,
        _ => null,
    };
}
