namespace FastFence.Model.Explorer;

/// <summary>Unwinds a model thread: the execution is over.</summary>
internal sealed class ModelStop : Exception
{
    public ModelStop()
    {
    }

    public ModelStop(string message)
        : base(message)
    {
    }

    public ModelStop(string message, Exception inner)
        : base(message, inner)
    {
    }
}
