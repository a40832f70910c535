using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>A line that created an account.</summary>
/// <param name="Line">The line, counted from 1; empty ones count here.</param>
/// <param name="Status"><c>created</c>.</param>
/// <param name="Id">The new account.</param>
internal sealed record ImportedLine(int Line, string Status, Guid Id) : IExample<ImportedLine>
{
    public static ImportedLine Example => new(1, "created", ExampleValues.Id);
}
