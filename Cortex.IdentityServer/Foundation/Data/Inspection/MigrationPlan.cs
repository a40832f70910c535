namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>What <c>migrate</c> would do.</summary>
/// <param name="Pending">Migrations that the database lacks, in their order.</param>
/// <param name="Report">What the inspection found.</param>
/// <param name="Changed">Names of our tables that it changes, where they are there.</param>
internal sealed record MigrationPlan(IReadOnlyList<string> Pending, InspectionReport Report, IReadOnlyList<string> Changed);
