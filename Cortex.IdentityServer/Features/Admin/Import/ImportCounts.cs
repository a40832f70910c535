namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The number of lines of an import; empty lines don't count.</summary>
/// <param name="Lines">Lines that have a result.</param>
/// <param name="Created">Accounts that were created.</param>
/// <param name="Failed">Lines that failed.</param>
internal readonly record struct ImportCounts(int Lines, int Created, int Failed);
