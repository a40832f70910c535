namespace Cortex.IdentityServer.Foundation.Data.Gauges;

/// <summary>A number in the database that the metrics show, such as the length of an outbox. All replicas show the same one.</summary>
/// <param name="Name">The name of the metric.</param>
/// <param name="Unit">The unit, such as <c>s</c> or <c>{email}</c>.</param>
/// <param name="Description">What the number is, as a sentence.</param>
/// <param name="Sql">
/// An expression, such as a subquery, whose value is a number; NULL counts as 0. It is evaluated every few seconds on each replica, so it has to be cheap.
/// <c>$1</c> is the server's time.
/// </param>
internal sealed record DatabaseGauge(string Name, string Unit, string Description, string Sql);
