using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>What becomes of a line: an account to be made, or the reason why not.</summary>
internal abstract record ImportLine
{
    private ImportLine(int number) => Number = number;

    public int Number { get; }

    public sealed record Good(int Number, ImportRow Row) : ImportLine(Number);

    public sealed record Bad(int Number, Refusal Refusal) : ImportLine(Number);
}
