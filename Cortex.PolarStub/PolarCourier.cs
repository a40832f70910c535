using System.Collections.Concurrent;

namespace Cortex.Polar;

/// <summary>Delivers webhooks in the background, in order, and retries those that fail.</summary>
internal sealed class PolarCourier : IAsyncDisposable
{
    private const int MaxResponseLength = 2048;

    private static readonly TimeSpan MaxBackoff = TimeSpan.FromMinutes(20);

    private readonly PolarStubOptions _options;
    private readonly PolarOrganization _organization;
    private readonly PolarWebhooks _webhooks;
    private readonly HttpClient _http;
    private readonly List<PolarDelivery> _deliveries = [];
    private readonly ConcurrentDictionary<Guid, Task> _sending = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turn = new(1);
    private int _failures;

    public PolarCourier(PolarStubOptions options, PolarOrganization organization, PolarWebhooks webhooks)
    {
        (_options, _organization, _webhooks) = (options, organization, webhooks);
        _http = new(options.WebhookHandler ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }, options.WebhookHandler is null)
        {
            Timeout = options.WebhookTimeout,
        };
    }

    public IReadOnlyList<PolarDelivery> Deliveries => _organization.Change(() => _deliveries.ToList());

    /// <summary>Starts to deliver a webhook. Those that are enqueued one after the other are first attempted in that order.</summary>
    public void Enqueue(PolarWebhook webhook)
    {
        if (!_webhooks.IsEnabled)
        {
            webhook.Skipped = true;
            return;
        }

        webhook.Skipped = false;
        var key = Guid.NewGuid();
        var turn = _turn.WaitAsync(_stop.Token);
        _sending[key] = Task.Run(async () =>
        {
            try
            {
                await SendAsync(webhook, turn);
            }
            catch (OperationCanceledException)
            {
                // The stub stops.
            }
            finally
            {
                _sending.TryRemove(key, out _);
            }
        });
    }

    public async Task<PolarDelivery> AttemptAsync(PolarWebhook webhook, Uri target)
    {
        var at = _organization.Now;
        var (code, text) = await PostAsync(webhook, target);
        return _organization.Change(() =>
        {
            var delivery = new PolarDelivery(Guid.NewGuid(), webhook, at, code, text);
            _deliveries.Add(delivery);
            webhook.LastHttpCode = code ?? webhook.LastHttpCode;
            webhook.Succeeded = delivery.Succeeded ? true : webhook.Succeeded;
            return delivery;
        });
    }

    public async Task DrainAsync(TimeSpan timeout)
    {
        using var expired = new CancellationTokenSource(timeout);
        while (_sending.Values.ToList() is { Count: > 0 } sending)
        {
            await Task.WhenAll(sending).WaitAsync(expired.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_sending.Values);
        _http.Dispose();
        _turn.Dispose();
        _stop.Dispose();
    }

    private async Task SendAsync(PolarWebhook webhook, Task turn)
    {
        await turn;
        for (var attempt = 1; ; attempt++)
        {
            if (_webhooks.Target is not { } target)
            {
                _turn.Release();
                return;
            }

            PolarDelivery delivery;
            try
            {
                delivery = await AttemptAsync(webhook, target);
            }
            finally
            {
                _turn.Release();
            }

            if (delivery.Succeeded || attempt == _options.WebhookAttempts)
            {
                Finish(webhook, delivery.Succeeded);
                return;
            }

            var backoff = _options.WebhookBackoff * Math.Pow(2, attempt - 1);
            await Task.Delay(backoff < MaxBackoff ? backoff : MaxBackoff, _options.Clock, _stop.Token);
            await _turn.WaitAsync(_stop.Token);
        }
    }

    private void Finish(PolarWebhook webhook, bool succeeded) => _organization.Change(() =>
    {
        webhook.Succeeded = succeeded;
        _failures = succeeded ? 0 : _failures + 1;
        return _webhooks.IsEnabled &= _failures < _options.WebhookFailures;
    });

    private async Task<(int? Code, string? Text)> PostAsync(PolarWebhook webhook, Uri target)
    {
        try
        {
            using var request = _webhooks.Request(webhook, target);
            using var response = await _http.SendAsync(request, _stop.Token);
            var text = await response.Content.ReadAsStringAsync(_stop.Token);
            return ((int)response.StatusCode, text.Length == 0 ? null : text[..Math.Min(text.Length, MaxResponseLength)]);
        }
        catch (HttpRequestException exception)
        {
            return (null, exception.Message);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return (null, "The receiver didn't answer in time.");
        }
    }
}
