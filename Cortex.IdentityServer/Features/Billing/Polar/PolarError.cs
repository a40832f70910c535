namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>One reason why Polar refuses a request.</summary>
/// <param name="Location">The path to the wrong value, such as <c>body</c>, <c>events</c>, <c>3</c>, <c>name</c>; empty for the whole request.</param>
/// <param name="Message">Polar's explanation. It can contain data from the request.</param>
internal sealed record PolarError(IReadOnlyList<string> Location, string Message);
