import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components'
import { init, use, type ECharts } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

export type { ECharts }

use([BarChart, LineChart, GridComponent, TooltipComponent, AriaComponent, SVGRenderer])

export function make(place: HTMLElement): ECharts {
  return init(place, null, { renderer: 'svg' })
}

function colour(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim()
}

export function options(labels: string[], values: number[], kind: 'bar' | 'line', unit: string, title: string) {
  const faint = { color: colour('--ink-faint'), fontSize: 11 }
  return {
    aria: { enabled: true, label: { description: title } },
    animation: false,
    grid: { left: 4, right: 4, top: 18, bottom: 2, containLabel: true },
    tooltip: {
      trigger: 'axis',
      valueFormatter: (value: number | string) => `${value}${unit}`,
      borderColor: colour('--rule'),
      textStyle: { color: colour('--ink'), fontSize: 13 },
    },
    xAxis: {
      type: 'category',
      data: labels,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colour('--rule-strong') } },
      axisLabel: faint,
    },
    yAxis: {
      type: 'value',
      splitNumber: 2,
      axisLabel: faint,
      splitLine: { lineStyle: { color: colour('--well') } },
    },
    series: [
      {
        type: kind,
        data: values,
        itemStyle: { color: colour('--jade'), borderRadius: [3, 3, 0, 0] },
        lineStyle: { color: colour('--jade'), width: 2 },
        symbolSize: 5,
        barMaxWidth: 22,
      },
    ],
  }
}
