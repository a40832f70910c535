using System.Globalization;
using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The state of a running import.</summary>
internal sealed class ImportRun(StaffMember? staff, Action<ImportReport> report)
{
    private int _nextLine = 1;

    /// <summary>The administrator who imports; null for the operator.</summary>
    public StaffMember? Staff => staff;

    public RequestOrigin Origin => staff?.Origin ?? RequestOrigin.Operator;

    public ImportCounts Counts { get; private set; }

    /// <summary>Reports the result of each line of a committed batch.</summary>
    public void ReportBatch(IReadOnlyList<ImportLine> batch, IReadOnlySet<Guid> created)
    {
        var createdCount = 0;
        foreach (var line in batch)
        {
            switch (line)
            {
                case ImportLine.Valid { Row.Id: var id } when created.Contains(id):
                    createdCount++;
                    report(new ImportReport.Created(line.Number, id));
                    break;
                case ImportLine.Invalid invalid:
                    report(new ImportReport.Failed(line.Number, invalid.Refusal));
                    break;
                default:
                    report(new ImportReport.Failed(line.Number, EmailTaken));
                    break;
            }
        }

        Counts = new(Counts.Lines + batch.Count, Counts.Created + createdCount, Counts.Failed + batch.Count - createdCount);
        _nextLine = batch[^1].Number + 1;
        report(new ImportReport.Progress(Counts));
    }

    public ImportResult Abort(Refusal refusal, int? line = null) => new ImportResult.Aborted(Counts, line ?? _nextLine, refusal);

    public string? Details(string ended) =>
        AuditLog.Details(("ended", ended), ("lines", Text(Counts.Lines)), ("created", Text(Counts.Created)), ("failed", Text(Counts.Failed)));

    private static Refusal EmailTaken => Problems.EmailTaken with { Errors = new Dictionary<string, string[]> { ["email"] = ["is taken"] } };

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
