namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>A row of a table in a <see cref="Document"/>.</summary>
/// <param name="Heading">The heading above the table.</param>
/// <param name="Cells">The text of each cell.</param>
internal sealed record TableRow(string Heading, IReadOnlyList<string> Cells);
