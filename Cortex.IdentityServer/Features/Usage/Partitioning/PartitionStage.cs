namespace Cortex.IdentityServer.Features.Usage.Partitioning;

/// <summary>How far an earlier run got. The database's catalog tells.</summary>
internal enum PartitionStage
{
    /// <summary>There is no copy.</summary>
    New,

    /// <summary>There is a copy, and triggers note which rows change.</summary>
    Copying,

    /// <summary>The copy has taken the table's place, and the table itself hasn't been dropped yet.</summary>
    Swapped,

    Done,
}
