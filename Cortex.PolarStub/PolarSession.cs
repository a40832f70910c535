namespace Cortex.Polar;

/// <summary>A session in which a customer can use the portal, for an hour.</summary>
/// <param name="Id">The session's id.</param>
/// <param name="Token">What the portal's URL carries.</param>
/// <param name="Customer">Whose session it is.</param>
/// <param name="ReturnUrl">Where the portal's back link leads.</param>
/// <param name="CreatedAt">When it was opened.</param>
internal sealed record PolarSession(Guid Id, string Token, PolarCustomer Customer, string? ReturnUrl, DateTimeOffset CreatedAt)
{
    public DateTimeOffset ExpiresAt => CreatedAt.AddHours(1);
}
