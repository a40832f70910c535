namespace Cortex.IdentityServer.Features.Usage.Sums;

/// <summary>
/// A table of another feature that gets what is added to the sums of usage, in the same statement and therefore the same transaction. The statement consists
/// of the registered targets, so that a feature that is switched off costs nothing.
/// </summary>
internal interface IFoldTarget
{
    /// <summary>The name of the target within the statement: a lowercase SQL identifier that nothing else in <see cref="FoldSql"/> has.</summary>
    string Name { get; }

    /// <summary>
    /// An <c>INSERT</c> without parameters that reads <c>named</c>, which has at most <see cref="FoldSql.BatchSize"/> rows: <c>user_id</c>, <c>month</c> (a
    /// date), <c>quarter</c> (the start of a quarter-hour), <c>api_key_id</c>, <c>endpoint</c>, <c>provider</c> (empty if there is none),
    /// <c>status_class</c>, and the sums <c>requests</c>, <c>tokens_used</c>, <c>cost_micros</c>, <c>errors</c>, and <c>unpriced</c>, all of them
    /// <c>bigint</c>. Tokens and costs may be negative, and a quarter-hour may be in any year. The statement has to write rows in the order of their key, so
    /// that it doesn't deadlock with others, and must not fail, because no usage would be added up then.
    /// </summary>
    string Sql { get; }
}
