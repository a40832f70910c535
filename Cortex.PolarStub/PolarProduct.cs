namespace Cortex.Polar;

/// <summary>A product that customers subscribe to, with one fixed monthly price in US dollars.</summary>
/// <param name="Id">Polar's ids are UUIDs. The stub also accepts other ids, and refuses only those that it doesn't know.</param>
/// <param name="Name">What customers see.</param>
/// <param name="PriceInCents">The price of a month.</param>
public sealed record PolarProduct(string Id, string Name, int PriceInCents);
