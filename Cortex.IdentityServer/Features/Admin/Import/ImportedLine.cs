namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>A line that created an account.</summary>
/// <param name="Line">The line, counted from 1; empty ones count here.</param>
/// <param name="Status"><c>created</c>.</param>
/// <param name="Id">The new account.</param>
internal sealed record ImportedLine(int Line, string Status, Guid Id);
