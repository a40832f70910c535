namespace Cortex.Polar;

/// <summary>A meter: the number of events of a name, or the sum of one of their metadata values.</summary>
/// <param name="Id">The meter's id.</param>
/// <param name="Name">What administrators see at Polar.</param>
/// <param name="EventName">The name of the events that are measured.</param>
/// <param name="Property">The metadata value that is summed, with dots for nesting, such as <c>tokens_used</c> or <c>_cost.amount</c>; null to count.</param>
public sealed record PolarMeter(Guid Id, string Name, string EventName, string? Property);
