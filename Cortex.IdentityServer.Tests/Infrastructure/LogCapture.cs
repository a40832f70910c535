using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Keeps every line that a server logs, and the last errors of all servers for the messages of failed tests.</summary>
internal sealed class LogCapture(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
{
    private const int MaxErrors = 3;

    private static readonly ConcurrentQueue<string> Errors = new();

    /// <summary>The last errors that any server logged.</summary>
    public static string LastErrors => string.Join('\n', Errors);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = $"{logLevel}: {formatter(state, exception)} {exception}";
        lines.Enqueue(line);
        if (logLevel >= LogLevel.Error)
        {
            Errors.Enqueue(line);
            if (Errors.Count > MaxErrors)
            {
                Errors.TryDequeue(out _);
            }
        }
    }

    public void Dispose()
    {
    }
}
