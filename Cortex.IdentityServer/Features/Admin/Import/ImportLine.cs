using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>A parsed line: the account to create, or why the line isn't valid.</summary>
internal abstract record ImportLine
{
    private ImportLine(int number) => Number = number;

    public int Number { get; }

    public sealed record Valid(int Number, ImportRow Row) : ImportLine(Number);

    public sealed record Invalid(int Number, Refusal Refusal) : ImportLine(Number);
}
