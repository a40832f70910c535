using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The result of an import's line that created an account.</summary>
/// <param name="Line">The line number, starting at 1; empty lines count here.</param>
/// <param name="Status">Always <c>created</c>.</param>
/// <param name="Id">The id of the new account.</param>
internal sealed record ImportedLine(int Line, string Status, Guid Id) : IExample<ImportedLine>
{
    public static ImportedLine Example => new(1, "created", ExampleValues.Id);
}
