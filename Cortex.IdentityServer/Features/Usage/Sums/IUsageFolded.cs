namespace Cortex.IdentityServer.Features.Usage.Sums;

/// <summary>Learns whose sums have changed. All registered implementations are called by the replica that changed them.</summary>
internal interface IUsageFolded
{
    /// <summary>
    /// Runs after the changes were committed, but not if the server is killed in between. An exception is logged and affects nothing else.
    /// </summary>
    /// <param name="users">The ids of the users with new usage, each once; never empty. An account may have been deleted in the meantime.</param>
    /// <param name="cancellationToken">Canceled when the server stops.</param>
    Task OnFoldedAsync(IReadOnlyCollection<Guid> users, CancellationToken cancellationToken);
}
