using System.Diagnostics;
using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Cortex.IdentityServer.Tests.Accounts.Hashing;

/// <summary>The hashing queue itself: admission, priority, and cancellation.</summary>
public sealed class HashingQueueTests : IAsyncLifetime
{
    private readonly GatedBcrypt _bcrypt = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly LogLines _log = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private HashingQueue _queue = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await StartAsync(threads: 1);

    public ValueTask DisposeAsync()
    {
        _bcrypt.Open();
        _queue.Dispose();
        _bcrypt.Dispose();
        _services.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void A_full_queue_refuses_immediately()
    {
        var places = Enumerable.Range(0, 4).Select(_ => _queue.TryEnter()).ToList();
        var started = Stopwatch.GetTimestamp();

        Assert.DoesNotContain(null, places);
        Assert.Null(_queue.TryEnter());
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2));
        Assert.True(_queue.RetryAfter >= TimeSpan.FromSeconds(1));

        // Disposing a place twice frees it only once.
        places[0]!.Dispose();
        places[0]!.Dispose();
        Assert.NotNull(_queue.TryEnter());
        Assert.Null(_queue.TryEnter());
    }

    [Fact]
    public void Known_callers_have_reserved_places()
    {
        for (var place = 0; place < 4; place++)
        {
            Assert.NotNull(_queue.TryEnter());
        }

        Assert.Null(_queue.TryEnter());
        for (var place = 0; place < 8; place++)
        {
            Assert.NotNull(_queue.TryEnter(isKnown: true));
        }

        Assert.Null(_queue.TryEnter(isKnown: true));
    }

    [Fact]
    public async Task Known_callers_are_served_first()
    {
        var running = Serve(isKnown: false, "running");
        await _bcrypt.WaitForEntriesAsync(1);

        var all = new[] { Serve(isKnown: false, "stranger"), Serve(isKnown: false, "stranger"), Serve(isKnown: true, "known") };
        _bcrypt.Open();
        await Task.WhenAll([running, .. all]);

        Assert.Equal(["running", "known", "stranger", "stranger"], _bcrypt.Inputs);

        Task Serve(bool isKnown, string password) => _queue.TryEnter(isKnown)!.HashAsync(password, Cancel);
    }

    [Fact]
    public async Task While_the_queue_is_full_one_thread_is_reserved_for_known_callers()
    {
        var (_, strangers) = await FillAsync();
        await Task.Delay(100, Cancel);
        Assert.Single(_bcrypt.Inputs);

        var known = _queue.TryEnter(isKnown: true)!.HashAsync("known", Cancel);
        await _bcrypt.WaitForEntriesAsync(1);
        Assert.Contains("known", _bcrypt.Inputs);
        Assert.Equal(2, _bcrypt.Inputs.Count);

        _bcrypt.Open();
        await Task.WhenAll(strangers, known);
    }

    [Fact]
    public async Task When_the_queue_has_room_again_strangers_get_all_threads()
    {
        var (places, strangers) = await FillAsync();

        places[2].Dispose();
        places[3].Dispose();

        await _bcrypt.WaitForEntriesAsync(1);
        _bcrypt.Open();
        await strangers;
    }

    [Fact]
    public async Task A_canceled_request_is_not_hashed()
    {
        using var cancellation = new CancellationTokenSource();
        var running = _queue.TryEnter()!.HashAsync("running", Cancel);
        await _bcrypt.WaitForEntriesAsync(1);
        var canceled = _queue.TryEnter()!.HashAsync("canceled", cancellation.Token);
        var last = _queue.TryEnter()!.VerifyAsync(null, "last", default, Cancel);

        await cancellation.CancelAsync();
        _bcrypt.Open();

        await running;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        Assert.Equal(PasswordVerificationResult.Failed, await last);
        Assert.DoesNotContain("canceled", _bcrypt.Inputs);
    }

    [Fact]
    public async Task Stopping_the_server_cancels_waiting_requests()
    {
        var running = _queue.TryEnter()!.HashAsync("running", Cancel);
        await _bcrypt.WaitForEntriesAsync(1);
        var waiting = _queue.TryEnter()!.HashAsync("waiting", Cancel);

        var stopped = Task.Run(_queue.Dispose, Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _bcrypt.Open();
        await stopped;

        await running;
        Assert.Equal(["running"], _bcrypt.Inputs);
    }

    [Fact]
    public async Task An_exception_in_a_hash_goes_to_the_caller_and_the_thread_keeps_running()
    {
        _bcrypt.Open();

        await Assert.ThrowsAsync<ArgumentException>(() => _queue.TryEnter()!.HashAsync("unpaired surrogate \uD83D", Cancel));

        Assert.StartsWith("$2b$04$", await _queue.TryEnter()!.HashAsync("well-formed", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_queue_is_logged_once_and_once_more_when_it_has_room_again()
    {
        var places = Enumerable.Range(0, 4).Select(_ => _queue.TryEnter()!).ToList();
        for (var refused = 0; refused < 10; refused++)
        {
            Assert.Null(_queue.TryEnter());
        }

        Assert.Equal([LogLevel.Warning], _log.Levels);
        places.ForEach(place => place.Dispose());
        Assert.Equal([LogLevel.Warning, LogLevel.Information], _log.Levels);

        // Within the same minute, it isn't logged again.
        FillAndLeave();
        Assert.Equal(2, _log.Levels.Count);
        _clock.Advance(TimeSpan.FromMinutes(1));
        FillAndLeave();
        Assert.Equal([LogLevel.Warning, LogLevel.Information, LogLevel.Warning, LogLevel.Information], _log.Levels);

        void FillAndLeave()
        {
            var morePlaces = Enumerable.Range(0, 4).Select(_ => _queue.TryEnter()!).ToList();
            Assert.Null(_queue.TryEnter());
            morePlaces.ForEach(place => place.Dispose());
        }
    }

    private Task StartAsync(int threads)
    {
        _queue = new(new(threads, Places: 4, BcryptCost: 4), new(_bcrypt, cost: 4), new(_services.GetRequiredService<IMeterFactory>()), _clock, _log);
        return _queue.StartAsync(Cancel);
    }

    /// <summary>Starts a queue with two threads, takes all places, has one more caller refused, and requests two hashes for strangers.</summary>
    private async Task<(List<HashingPlace> Places, Task Strangers)> FillAsync()
    {
        _queue.Dispose();
        await StartAsync(threads: 2);
        var places = Enumerable.Range(0, 4).Select(_ => _queue.TryEnter()!).ToList();
        Assert.Null(_queue.TryEnter());
        var strangers = Task.WhenAll(places[0].HashAsync("first stranger", Cancel), places[1].HashAsync("second stranger", Cancel));
        await _bcrypt.WaitForEntriesAsync(1);
        return (places, strangers);
    }

    /// <summary>A bcrypt engine that waits until the test opens the gate, and records its inputs.</summary>
    private sealed class GatedBcrypt : BcryptEngine, IDisposable
    {
        private readonly ManualResetEventSlim _gate = new();
        private readonly ManagedBcrypt _real = new();
        private readonly SemaphoreSlim _entered = new(0);

        public override string Name => "gated";

        public List<string> Inputs { get; } = [];

        public void Open() => _gate.Set();

        public void Dispose()
        {
            _gate.Dispose();
            _entered.Dispose();
        }

        public async Task WaitForEntriesAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                await _entered.WaitAsync(Cancel);
            }
        }

        protected override string? Compute(string text, string setting)
        {
            lock (Inputs)
            {
                Inputs.Add(text);
            }

            _entered.Release();
            _gate.Wait(Cancel);
            return _real.Digest(text, setting[^SaltLength..], 4) is { } digest ? setting + digest : null;
        }
    }

    private sealed class LogLines : ILogger<HashingQueue>
    {
        public List<LogLevel> Levels { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Levels.Add(logLevel);
    }
}
