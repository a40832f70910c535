namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The changes that <c>migrate</c> would make to a database.</summary>
/// <param name="Pending">The pending migrations, in order.</param>
/// <param name="Report">The result of the inspection.</param>
/// <param name="Changed">The names of the server's tables that would change, if they exist.</param>
internal sealed record MigrationPlan(IReadOnlyList<string> Pending, InspectionReport Report, IReadOnlyList<string> Changed);
