using System.Threading.Channels;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Wakes <see cref="UsageWriter"/>. Several signals before it wakes up count as one.</summary>
internal sealed class UsageSignal
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _channel.Writer.TryWrite(true);

    public async Task WaitAsync(CancellationToken cancellationToken) => await _channel.Reader.ReadAsync(cancellationToken);
}
