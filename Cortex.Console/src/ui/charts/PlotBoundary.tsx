import { Component, type ReactNode } from 'react';

interface PlotBoundaryProps {
  /** Called if the drawing can't be loaded or drawn, to show the table instead. */
  onFailed: () => void;
  children: ReactNode;
}

/** Keeps a drawing that fails from taking the page with it. */
export class PlotBoundary extends Component<PlotBoundaryProps, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override componentDidCatch() {
    this.props.onFailed();
  }

  override render() {
    return this.state.hasFailed ? null : this.props.children;
  }
}
