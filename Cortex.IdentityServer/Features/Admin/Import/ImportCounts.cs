namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The number of lines of an import; empty lines don't count.</summary>
/// <param name="Lines">The number of lines that have a result.</param>
/// <param name="Created">The number of accounts that were created.</param>
/// <param name="Failed">The number of lines that failed.</param>
internal readonly record struct ImportCounts(int Lines, int Created, int Failed);
